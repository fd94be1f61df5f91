"""Alternates: the capacity that settled proposals free is offered to the next best pairs of their round.

Its invariant: an alternate comes only after the deadline of the proposal that it follows, and alike whether that was
declined or nobody answered, so that it tells nobody about an answer. It must be a candidate still, by all rules.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from isopolity.clock import Clock, IdFactory
from isopolity.matching.application.candidates.candidate import Candidate
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.free_capacity import free_among
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.ports.engine import GraphView
from isopolity.matching.application.ports.repositories import Alternate
from isopolity.matching.application.ports.workflows import UnitOfWorkFactory
from isopolity.matching.application.workflows.issuance import Issuing
from isopolity.matching.application.workflows.new_proposal import draft
from isopolity.matching.domain.proposal import Proposal, Stage

_UNANSWERED: Final = frozenset({Stage.DECLINED, Stage.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternates:
    """Proposes alternates, issued or held as the policy says; what a crash loses the next round weighs anew."""

    unit_of_work: UnitOfWorkFactory
    graph: GraphView
    markets: MarketSource
    candidate_search: CandidateSearch
    issuing: Issuing
    clock: Clock
    ids: IdFactory
    freeze: timedelta

    async def follow(self, settled: Sequence[Proposal]) -> int:
        """Propose what follows these proposals; returns how many. Raises GraphNotReady."""
        over = [proposal for proposal in settled if proposal.stage in _UNANSWERED and proposal.round_id is not None]
        freed = Counter(side.holder for proposal in over for side in proposal.sides)
        if not freed:
            return 0
        await self.graph.caught_up()
        now = self.clock()
        async with self.unit_of_work() as uow:
            kept = await uow.rounds.alternates({str(proposal.round_id) for proposal in over}, freed.keys())
            concerned = {side.member_id for proposal in over for side in proposal.sides}
            closed = await uow.proposals.closed_pairs(now - self.freeze, concerned)
        if not kept:
            return 0
        market = await self.markets.current(now.date())
        async with self.unit_of_work() as uow:
            ends = {end for each in kept.values() for end in (each.a, each.b)}
            free = await free_among(market, uow.reservations.taken, ends)
        drafts = await asyncio.to_thread(self._drafts, market, free, closed, freed, kept, now)
        async with self.unit_of_work() as uow:
            outcome = await self.issuing.add(uow, drafts, now)
            await uow.commit()
        return len(outcome.issued) + len(outcome.held)

    def _drafts(
        self,
        market: Market,
        free: Mapping[str, int],
        closed: Collection[str],
        freed: Mapping[str, int],
        kept: Mapping[str, Alternate],
        now: datetime,
    ) -> Sequence[Proposal]:
        candidates = self.candidate_search.candidates(market, free.keys(), closed, only=freed.keys())
        standing = [candidate for candidate in candidates if candidate.key in kept]
        chosen = _best(standing, free, freed)
        return [draft(each, market, self.ids(), kept[each.key].round_id, now) for each in chosen]


def _best(standing: Sequence[Candidate], free: Mapping[str, int], freed: Mapping[str, int]) -> Sequence[Candidate]:
    """The best first, as long as both sides have room; who lost a proposal gets at most as many as it lost."""
    left = Counter({holder: min(number, freed.get(holder, number)) for holder, number in free.items()})
    chosen = []
    for each in sorted(standing, key=lambda candidate: (-candidate.score, candidate.key)):
        if left[each.a] > 0 and left[each.b] > 0:
            left.subtract([each.a, each.b])
            chosen.append(each)
    return chosen

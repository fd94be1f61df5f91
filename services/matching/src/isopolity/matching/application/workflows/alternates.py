"""Alternates: the capacity that settled proposals free is offered to the next best pairs of their round.

Invariant: an alternate comes only after the deadline of the proposal that it follows, and alike whether that was
declined or nobody answered, so that it tells nobody about an answer. It must be a candidate still, by all rules. None
follows a proposal that a member asked for: that member does not know that there was one.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from isopolity.matching.application.candidates.candidate import Candidate
from isopolity.matching.application.candidates.free_capacity import free_among
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.ports.repositories import Alternate
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.workflows.interests.rest import closed_pairs
from isopolity.matching.application.workflows.issuance import add_proposals
from isopolity.matching.application.workflows.new_proposal import new_proposal
from isopolity.matching.application.workflows.surroundings import Engine, Surroundings
from isopolity.matching.domain.proposal import NOT_AGREED, Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vacancies:
    """Capacity that settled proposals of rounds have freed, and the alternates that may use it."""

    market: Market
    free: Mapping[str, int]
    """Slots left of the holders in `kept`."""
    freed: Mapping[str, int]
    """How many proposals each holder has lost."""
    closed: Collection[str]
    kept: Mapping[str, Alternate]
    """The alternates by pair key."""


async def propose_alternates(
    settled: Sequence[Proposal], unit_of_work: UnitOfWorkFactory, surroundings: Surroundings
) -> int:
    """Propose what follows these proposals; returns how many. Raises GraphNotReady. The next round mends a crash."""
    now = surroundings.clock()
    vacancies = await _vacancies(settled, unit_of_work, surroundings, now)
    if vacancies is None:
        return 0
    proposals = await asyncio.to_thread(_new_proposals, vacancies, surroundings.engine, now)
    async with unit_of_work() as uow:
        result = await add_proposals(proposals, uow, surroundings)
        await uow.commit()
    return len(result.issued) + len(result.held)


async def _vacancies(
    settled: Sequence[Proposal], unit_of_work: UnitOfWorkFactory, surroundings: Surroundings, now: datetime
) -> _Vacancies | None:
    of_rounds = (each for each in settled if each.round_id is not None and each.asked_by is None)
    over = [proposal for proposal in of_rounds if proposal.stage in NOT_AGREED]
    freed = Counter(side.holder for proposal in over for side in proposal.sides)
    if not freed:
        return None
    await surroundings.graph.caught_up()
    async with unit_of_work() as uow:
        kept = await uow.rounds.alternates({str(proposal.round_id) for proposal in over}, freed.keys())
        concerned = {side.member_id for proposal in over for side in proposal.sides}
        closed = await closed_pairs(uow, surroundings.frozen_since(), concerned)
    if not kept:
        return None
    market = await surroundings.markets.current(now.date())
    async with unit_of_work() as uow:
        ends = {end for each in kept.values() for end in (each.a, each.b)}
        free = await free_among(market, uow.reservations.taken, ends)
    return _Vacancies(market=market, free=free, freed=freed, closed=closed, kept=kept)


def _new_proposals(vacancies: _Vacancies, engine: Engine, now: datetime) -> Sequence[Proposal]:
    market, free, kept = vacancies.market, vacancies.free, vacancies.kept
    candidates = engine.search.candidates(market, free.keys(), vacancies.closed, only=vacancies.freed.keys())
    chosen = _best([each for each in candidates if each.key in kept], free, vacancies.freed)
    return [new_proposal(each, market, engine.ids(), kept[each.key].round_id, now) for each in chosen]


def _best(candidates: Sequence[Candidate], free: Mapping[str, int], freed: Mapping[str, int]) -> Sequence[Candidate]:
    """The best first, as long as both sides have room; a holder that lost proposals gets at most as many."""
    left = Counter({holder: min(number, freed.get(holder, number)) for holder, number in free.items()})
    chosen = []
    for each in sorted(candidates, key=lambda candidate: (-candidate.score, candidate.key)):
        if left[each.a] > 0 and left[each.b] > 0:
            left.subtract([each.a, each.b])
            chosen.append(each)
    return chosen

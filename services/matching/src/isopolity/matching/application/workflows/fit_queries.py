"""Who would fit a member, and why two members fit, for their own eyes or staff's.

Its invariant: a pair that is closed, frozen or without capacity is “not proposed at present”, whatever the cause, so
that nothing can be read from it about anybody's answer.
"""

import asyncio
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from isopolity.clock import Clock
from isopolity.matching.application.candidates.candidate import Candidate
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.free_capacity import Taken, free_among
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.candidates.pair_score import scored_pair
from isopolity.matching.application.candidates.visible_blockers import (
    AVAILABLE,
    NOT_AT_PRESENT,
    PROPOSED,
    TOO_WEAK,
    status,
    visible_blockers,
)
from isopolity.matching.application.candidates.what_if import WhatIf
from isopolity.matching.application.ports.engine import GraphView
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.wording.explanation import ExaminedPair, PairExplanation, explanation
from isopolity.matching.application.wording.sides import sides_of
from isopolity.matching.application.workflows import member_names as naming
from isopolity.matching.domain.member import programme_holder
from isopolity.matching.domain.proposal import Side
from isopolity.matching.domain.scores.confidence import of_pair
from isopolity.matching.domain.scores.score import Part
from isopolity.matching.errors import GraphNotReady, UnknownMember

AS_IT_IS: Final = WhatIf()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A possible partner of a member."""

    kind: str
    status: str
    score: float
    confidence: float
    """How well the two are known, in [0, 1]; no part of the score."""
    parts: Sequence[Part]
    own: Side
    other: Side
    unmailable: frozenset[str] = frozenset()
    """The members of the two that cannot be mailed, for their own eyes or staff's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explaining:
    """Weighs one member against all others."""

    graph: GraphView
    markets: MarketSource
    candidate_search: CandidateSearch
    clock: Clock
    freeze: timedelta

    def frozen_since(self) -> datetime:
        """Pairs settled after this moment are not proposed."""
        return self.clock() - self.freeze

    def holder(self, member_id: str, programme_id: str | None) -> str:
        """What holds a member's capacity; of a partner, a programme, or its only one.

        Raises UnknownMember, and ContradictoryRules where it has several.
        """
        network = self.graph.network
        found = network.member(member_id)
        is_partner = found is not None and found[0] == "partner"
        return naming.only_holder(f"{member_id}/{programme_id}" if is_partner and programme_id else member_id, network)

    async def suggestions(
        self,
        member_id: str,
        standing: ClosedPairs,
        taken: Taken,
        limit: int,
        what_if: WhatIf = AS_IT_IS,
        programme_id: str | None = None,
    ) -> Sequence[Suggestion]:
        """The best partners, if the member were as supposed; of a partner, for all its programmes or one.

        Raises UnknownMember, InvalidWhatIf, GraphNotReady.
        """
        now = self.clock()
        market = await self._market(now)
        own = holders_of(member_id, market)
        if programme_id is not None:
            own &= {programme_holder(member_id, programme_id)}
        if not own:
            raise UnknownMember("There is no endorsed member with this id, or no open programme of it.")
        supposed = await asyncio.to_thread(what_if.market, market, member_id)
        holders = what_if.holders(supposed, member_id)
        best = await asyncio.to_thread(best_candidates, self.candidate_search, supposed, holders, own, limit)
        free = await free_among(supposed, taken, {end for each in best for end in (each.a, each.b)})
        return await asyncio.to_thread(suggested, best, supposed, own, free, standing, now)

    async def pair(self, one: str, other: str, standing: ClosedPairs, taken: Taken) -> PairExplanation:
        """Why two holders of capacity fit, or do not. Raises NoPair, UnknownMember, GraphNotReady."""
        now = self.clock()
        market = await self._market(now)
        free = await free_among(market, taken, (one, other))
        return await asyncio.to_thread(explained, self.candidate_search, market, one, other, free, standing, now)

    async def _market(self, now: datetime) -> Market:
        if not self.graph.is_ready:
            raise GraphNotReady("The network is still being read; ask again in a moment.")
        return await self.markets.current(now.date())


def explained(
    candidate_search: CandidateSearch,
    market: Market,
    one: str,
    other: str,
    free: Collection[str],
    standing: ClosedPairs,
    now: datetime,
) -> PairExplanation:
    """Why two holders of capacity fit in a market, or do not; `free` are those with capacity left.

    Raises NoPair, UnknownMember.
    """
    candidate = scored_pair(market, one, other)
    shown = visible_blockers(market, candidate, free, standing)
    told = status(candidate, shown, standing, candidate_search.minimum_score)
    pair = ExaminedPair(
        candidate=candidate,
        status=told,
        blockers=() if told == TOO_WEAK else shown,
        others=candidate_search.candidates(market, market.capacities.keys(), (), only={one, other}),
        minimum=candidate_search.minimum_score,
    )
    return explanation(pair, market)


def best_candidates(
    candidate_search: CandidateSearch, market: Market, holders: AbstractSet[str], own: Collection[str], limit: int
) -> Sequence[Candidate]:
    """The `limit` best candidates of the holders `own` among all `holders`, whoever has capacity left."""
    return candidate_search.candidates(market, holders, (), only=own).best(limit)


def suggested(
    best: Sequence[Candidate],
    market: Market,
    own: frozenset[str],
    free: Collection[str],
    standing: ClosedPairs,
    now: datetime,
) -> Sequence[Suggestion]:
    """The candidates of the holders `own` as suggestions; `free` are those with capacity left."""
    return [_suggestion(each, market, own, _status(each, free, standing), now) for each in best]


def holders_of(member_id: str, market: Market) -> frozenset[str]:
    """What holds capacity for a member: a city itself, a partner's programmes."""
    cities = [market.city(member_id).holder] if member_id in market.profiles.index else []
    return frozenset([*cities, *(p.holder for p in market.programmes if p.partner_id == member_id)])


def _status(candidate: Candidate, free: Collection[str], standing: ClosedPairs) -> str:
    if candidate.key in standing.proposed:
        return PROPOSED
    if candidate.key in standing.closed or candidate.a not in free or candidate.b not in free:
        return NOT_AT_PRESENT
    return AVAILABLE


def _suggestion(candidate: Candidate, market: Market, own: Collection[str], status: str, now: datetime) -> Suggestion:
    a, b = sides_of(candidate, market)
    mine, theirs = (a, b) if candidate.a in own else (b, a)
    return Suggestion(
        kind=candidate.kind,
        status=status,
        score=round(candidate.score, 4),
        confidence=of_pair(*candidate.members, market.today),
        parts=tuple(candidate.parts),
        own=mine,
        other=theirs,
        unmailable=market.unmailable & {mine.member_id, theirs.member_id},
    )

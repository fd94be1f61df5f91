"""Who would fit a member and why, for its own eyes or staff's.

Its invariant: a pair that is closed, frozen or without capacity is “not proposed at present”, whatever the cause, so
that nothing can be read from it about anybody's answer.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from isopolity.clock import Clock
from isopolity.matching.application.assigning import free_capacities
from isopolity.matching.application.drafting import draft
from isopolity.matching.application.market import Market, MarketMaker
from isopolity.matching.application.matchmaking import Candidate, Matchmaking
from isopolity.matching.application.ports import GraphView, Standing
from isopolity.matching.domain.errors import GraphNotReady, UnknownMember
from isopolity.matching.domain.proposal import Side
from isopolity.matching.domain.score import Part

AVAILABLE: Final = "available"
PROPOSED: Final = "proposed"
NOT_AT_PRESENT: Final = "not proposed at present"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A possible partner of a member."""

    kind: str
    status: str
    score: float
    parts: Sequence[Part]
    own: Side
    other: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Explaining:
    """Weighs one member against all others."""

    graph: GraphView
    markets: MarketMaker
    matchmaking: Matchmaking
    clock: Clock
    freeze: timedelta

    def frozen_since(self) -> datetime:
        """Pairs settled after this moment are not proposed."""
        return self.clock() - self.freeze

    async def suggestions(self, member_id: str, standing: Standing, limit: int) -> Sequence[Suggestion]:
        """The best partners. Raises UnknownMember, GraphNotReady."""
        if not self.graph.is_ready:
            raise GraphNotReady("The network is still being read; ask again in a moment.")
        now = self.clock()
        market = self.markets.market(now.date())
        own = holders_of(member_id, market)
        if not own:
            raise UnknownMember("There is no endorsed member with this id.")
        return await asyncio.to_thread(self._best, market, own, standing, limit, now)

    def _best(
        self, market: Market, own: frozenset[str], standing: Standing, limit: int, now: datetime
    ) -> Sequence[Suggestion]:
        free = free_capacities(market, standing.taken)
        candidates = self.matchmaking.candidates(market, market.capacities.keys(), (), only=own)
        best = sorted(candidates, key=lambda candidate: (-candidate.score, candidate.key))[:limit]
        return [_suggestion(candidate, market, own, _status(candidate, free, standing), now) for candidate in best]


def holders_of(member_id: str, market: Market) -> frozenset[str]:
    """What holds capacity for a member: a city itself, a partner's programmes."""
    cities = [market.city(member_id).holder] if member_id in market.profiles.index else []
    return frozenset([*cities, *(p.holder for p in market.programmes if p.partner_id == member_id)])


def _status(candidate: Candidate, free: Mapping[str, int], standing: Standing) -> str:
    if candidate.key in standing.proposed:
        return PROPOSED
    if candidate.key in standing.closed or candidate.a not in free or candidate.b not in free:
        return NOT_AT_PRESENT
    return AVAILABLE


def _suggestion(candidate: Candidate, market: Market, own: Collection[str], status: str, now: datetime) -> Suggestion:
    drawn = draft(candidate, market, "", None, now)
    mine, theirs = (drawn.a, drawn.b) if candidate.a in own else (drawn.b, drawn.a)
    return Suggestion(kind=candidate.kind, status=status, score=drawn.score, parts=drawn.parts, own=mine, other=theirs)

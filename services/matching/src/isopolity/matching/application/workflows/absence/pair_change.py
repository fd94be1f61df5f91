"""The one change of one side that would make a pair fit, by what both state publicly.

Invariant: as in `why_none`, nothing of proposals, answers, capacity in use, pauses or contacts decides it.
"""

import asyncio
from dataclasses import dataclass

from isopolity.matching.application.candidates.absence.best_change import Finder
from isopolity.matching.application.candidates.absence.changes import Change
from isopolity.matching.application.candidates.absence.public_market import public_market
from isopolity.matching.application.candidates.absence.public_round import own_pairs
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_score import scored_pair
from isopolity.matching.application.candidates.visible_blockers import visible_blockers
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.workflows.fit_queries import current_market
from isopolity.matching.application.workflows.surroundings import Engine, Surroundings
from isopolity.matching.domain.member import City, Programme, owner

_NO_PAIRS = ClosedPairs(closed=(), proposed=())


@dataclass(frozen=True, slots=True, kw_only=True)
class PairChange:
    """What one change of an owner of capacity does to one pair."""

    owner: City | Programme
    change: Change | None
    """The one with which the pair fits best; None where none that was tried makes it fit."""
    score: float
    """Of the pair with that change."""


async def pair_change(one: str, other: str, surroundings: Surroundings) -> PairChange | None:
    """The change of the owner `one` that would make its pair with `other` fit; None where it fits as it is.

    Raises NoPair, UnknownMember, GraphNotReady.
    """
    market = await current_market(surroundings)
    return await asyncio.to_thread(_found, market, one, other, surroundings.engine)


def _found(market: Market, one: str, other: str, engine: Engine) -> PairChange | None:
    candidate = scored_pair(market, one, other)
    mine, _ = candidate.members if candidate.a == one or owner(candidate.a) == one else candidate.members[::-1]
    public, minimum = public_market(market, mine.member_id), engine.search.minimum_score
    if _score(public, one, other) >= minimum:
        return None
    finder = Finder(market=public, pairs=None, minimum=minimum, solver=engine.solver)
    scores = [
        (_score(finder.changed(each.member), one, other), each)
        for each in finder.changes(mine, own_pairs(public, mine))
    ]
    best, change = max(scores, key=lambda each: each[0], default=(0.0, None))
    return PairChange(owner=mine, change=change if best >= minimum else None, score=best)


def _score(market: Market, one: str, other: str) -> float:
    """The score of the pair, 0 where a public rule keeps the two apart."""
    candidate = scored_pair(market, one, other)
    return 0.0 if visible_blockers(market, candidate, market.capacities.keys(), _NO_PAIRS) else candidate.score

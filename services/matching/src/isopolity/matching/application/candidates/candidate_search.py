"""The search for candidates of both kinds, and the capacity that is left: of all holders, or only of those that a
search for one member may come to.

Invariant: a pair that a rule excludes is never a candidate, and the order of the members changes nothing. A search
among prospects with capacity left finds the same candidates as one among all holders with capacity left.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.all_pairs.permitted_pairs import PermittedPairs, twinnings_of
from isopolity.matching.application.candidates.candidate import Candidates, Prospects, TakenOut
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.sponsorships import SponsorshipSearch
from isopolity.matching.application.candidates.twinnings import TwinningSearch
from isopolity.matching.application.ports.engine import FirstStage
from isopolity.matching.domain.member import KINDS, SPONSORSHIP, TWINNING
from isopolity.matching.threads import ThreadPool


@dataclass(frozen=True, kw_only=True)  # no slots: the searches are kept in it
class CandidateSearch:
    """Finds candidates: pairs that score `minimum_score` or more, and are among the best of one of their sides."""

    stage: FirstStage
    minimum_score: float = 0.35
    per_city: int = 20
    per_programme: int = 40

    @cached_property
    def _searches(self) -> Mapping[str, TwinningSearch | SponsorshipSearch]:
        return {
            TWINNING: TwinningSearch(self.stage, minimum_score=self.minimum_score, per_city=self.per_city),
            SPONSORSHIP: SponsorshipSearch(minimum_score=self.minimum_score, per_programme=self.per_programme),
        }

    def candidates(
        self,
        market: Market,
        free: AbstractSet[str],
        closed: Collection[str],
        *,
        only: Collection[str] | None = None,
        kinds: Collection[str] = KINDS,
        taken_out: TakenOut | None = None,
    ) -> Candidates:
        """The candidates among the holders in `free`, without the pairs in `closed`; `only` those of these holders.

        Pairs that are `taken_out` leave before the best are chosen; it is for all holders, and goes with no `only`.
        """
        wanted = [search.found for kind, search in self._searches.items() if kind in kinds]
        if only is not None:
            return Candidates(market, [found(market, free, closed, only) for found in wanted])
        with ThreadPool(len(KINDS)) as pool:  # compiled code and numpy let go of the interpreter
            blocks = [pool.submit(found, market, free, closed, None, taken_out) for found in wanted]
            return Candidates(market, [block.result() for block in blocks])

    def permitted(
        self, market: Market, free: AbstractSet[str], closed: Collection[str], kinds: Collection[str] = KINDS
    ) -> PermittedPairs:
        """All pairs of the holders in `free` that score enough, without those in `closed`; some 3 µs a pair."""
        numbers, scores = np.empty(0, np.int64), np.empty(0)
        if TWINNING in kinds:
            numbers, scores = twinnings_of(market, free, closed, self.minimum_score)
        everybody = SponsorshipSearch(minimum_score=self.minimum_score, per_programme=max(len(market.profiles), 1))
        able = free if SPONSORSHIP in kinds else frozenset[str]()
        return PermittedPairs(
            market=market,
            numbers=numbers,
            scores=scores,
            sponsorships=everybody.found(market, able, closed, None),
        )

    def prospects(self, market: Market, holders: Collection[str], closed: Collection[str]) -> Sequence[Prospects]:
        """The holders that `candidates` may pair with these holders, if the pairs in `closed` are left out."""
        asked = [(search, holder) for search in self._searches.values() for holder in sorted(holders)]
        return [found for search, holder in asked for found in search.prospects(market, holder, len(closed))]


Taken = Callable[[Collection[str]], Awaitable[Mapping[str, int]]]
"""The slots that each of some holders has in use; holders that use none may be left out."""

_AT_FIRST: Final = 2
"""Times the wanted number that the first question asks about: before a round most holders have capacity left."""
_GROWTH: Final = 4
_AT_ONCE: Final = 2000
"""Holders in one question, so that reading its answer does not hold up the event loop."""


def free_capacities(market: Market, taken: Mapping[str, int]) -> Mapping[str, int]:
    """Slots left by holder, of those that have any and may get proposals; valid as long as the market is held."""
    if resting := market.resting_holders:
        able = {holder: number for holder, number in market.able.items() if holder not in resting}
        return _left(able, taken)
    return _left(market.able, taken)


async def free_among(market: Market, taken: Taken, holders: Collection[str]) -> Mapping[str, int]:
    """Slots left of each of `holders`; those with none left, or that get no proposals, are left out."""
    able = [each for each in holders if each in market.able and each not in market.resting_holders]
    return _left({holder: market.able[holder] for holder in able}, await taken(able) if able else {})


async def free_as_known(
    market: Market, taken: Taken, holders: Collection[str], own: Collection[str]
) -> Collection[str]:
    """The holders of `holders` that have slots left as far as the member with the holders `own` may know.

    Of its own it knows what is left; of others what they state publicly: not what they have in use, which tells of
    their answers to others, nor whether they have a contact.
    """
    left = await free_among(market, taken, [each for each in holders if each in own])
    return {*left, *(each for each in holders if each not in own and each in market.able)}


async def free_prospects(market: Market, taken: Taken, prospects: Sequence[Prospects]) -> Mapping[str, int]:
    """Slots left of prospects: of each kind as many as are wanted, or as there are."""
    free: dict[str, int] = {}
    for each in prospects:
        found, size = 0, _AT_FIRST * each.wanted
        while found < each.wanted:
            piece = await asyncio.to_thread(list, islice(each.holders, min(size, _AT_ONCE)))
            if not piece:
                break
            left = await free_among(market, taken, piece)
            free |= left
            found += len(left)
            size *= _GROWTH
    return free


def _left(able: Mapping[str, int], taken: Mapping[str, int]) -> Mapping[str, int]:
    if not taken:
        return able
    left = dict(able)
    for holder, used in taken.items():
        capacity = left.get(holder, 0)
        if capacity > used:
            left[holder] = capacity - used
        elif capacity:
            del left[holder]
    return left

"""The capacity that is left: of all holders, or only of those that a search for one member may come to.

Invariant: a search among the latter finds the same candidates as one among all holders with capacity left.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from isopolity.matching.application.candidates.market import Market

Taken = Callable[[Collection[str]], Awaitable[Mapping[str, int]]]
"""The slots that each of some holders has in use; holders that use none may be left out."""

_AT_FIRST: Final = 2
"""Times the wanted number that the first question asks about: before a round most holders have capacity left."""
_GROWTH: Final = 4
_AT_ONCE: Final = 2000
"""Holders in one question, so that reading its answer does not hold up the event loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospects:
    """Possible partners of one holder, the most promising first; `wanted` of them with capacity left are enough."""

    holders: Iterator[str]
    wanted: int


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


async def free_as_told(market: Market, taken: Taken, holders: Collection[str], own: Collection[str]) -> Collection[str]:
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

"""Fit queries: who would fit a member, and why two members fit, for their own eyes or staff's.

Invariant: a pair that is closed, frozen or without capacity is “not proposed at present”, whatever the cause. For the
eyes of a member that depends on its own proposals and slots, the clock and what others state publicly alone.
"""

import asyncio
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

from isopolity.matching.application.candidates.candidate import Candidate
from isopolity.matching.application.candidates.candidate_search import CandidateSearch, Taken, free_among, free_as_known
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_status import (
    AVAILABLE,
    NOT_AT_PRESENT,
    PROPOSED,
    TOO_WEAK,
    scored_pair,
    scored_pairs,
    status,
    visible_blockers,
)
from isopolity.matching.application.candidates.what_if import WhatIf
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.wording.explanation import ExaminedPair, PairExplanation, explanation
from isopolity.matching.application.wording.sides import sides_of
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.member import KINDS, City, holders_of_pair, programme_holder
from isopolity.matching.domain.rules.pair_rules import pair_key
from isopolity.matching.domain.scores.confidence import of_pair
from isopolity.matching.domain.scores.weights import Part
from isopolity.matching.domain.side import Side
from isopolity.matching.errors import GraphNotReady, UnknownMember

AS_IT_IS: Final = WhatIf()
NOT_THERE: Final = "There is no endorsed member with this id, or no open programme of it."


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
    unconfirmed: frozenset[str] = frozenset()
    """The members among `unmailable` that have contacts, none of whom has confirmed the address."""


async def suggestions(
    member_id: str,
    closed_pairs: ClosedPairs,
    taken: Taken,
    limit: int,
    surroundings: Surroundings,
    what_if: WhatIf = AS_IT_IS,
    programme_id: str | None = None,
    *,
    asker: str | None = None,
) -> Sequence[Suggestion]:
    """The best partners, if the member were as supposed; for the eyes of `asker`, or of staff.

    Raises UnknownMember, InvalidWhatIf, GraphNotReady.
    """
    market = await current_market(surroundings)
    own = own_holders(member_id, market, programme_id)
    supposed = await asyncio.to_thread(what_if.market, market, member_id)
    holders, search = what_if.holders(supposed, member_id), surroundings.engine.search
    (found,) = await best_partners(supposed, own, holders, closed_pairs, taken, limit, search, [KINDS], asker)
    return found


async def best_partners(
    market: Market,
    own: frozenset[str],
    holders: AbstractSet[str],
    closed_pairs: ClosedPairs,
    taken: Taken,
    limit: int,
    search: CandidateSearch,
    kinds: Sequence[Collection[str]],
    asker: str | None,
) -> Sequence[Sequence[Suggestion]]:
    """The `limit` best partners of the holders `own` among `holders`: a list for each item of `kinds`.

    An item is the kinds of pairs in its list. For the eyes of `asker`, or of staff. A member reads of those that pause,
    too, as its numbers count them: that one has left the list would tell that it pauses.
    """
    closed_pairs = await _with_own_avoided(closed_pairs, market, asker)
    others = holders if asker is not None else holders - _left_out(market, own, closed_pairs)

    def best_of(some: Collection[str]) -> Sequence[Candidate]:
        return search.candidates(market, others, (), only=own, kinds=some).best(limit)

    best = [await asyncio.to_thread(best_of, some) for some in kinds]
    free = await _free(market, taken, {end for found in best for each in found for end in (each.a, each.b)}, asker)
    return [await asyncio.to_thread(suggested, found, market, own, free, closed_pairs) for found in best]


async def with_cities(
    market: Market,
    member_id: str,
    others: Sequence[City],
    closed_pairs: ClosedPairs,
    taken: Taken,
    asker: str | None,
) -> Sequence[Suggestion]:
    """The pairs of a city with these others, in their order, whatever they score; for `asker`, or staff, to see."""
    holder = market.city(member_id).twinning_holder
    own = frozenset({holder})
    closed_pairs = await _with_own_avoided(closed_pairs, market, asker)
    left_out = frozenset[str]() if asker is not None else _left_out(market, own, closed_pairs)
    pairs = [
        (holder, each.twinning_holder) for holder in own for each in others if each.twinning_holder not in left_out
    ]
    found = [each for each in await asyncio.to_thread(scored_pairs, market, pairs) if each is not None]
    free = await _free(market, taken, {end for each in found for end in (each.a, each.b)}, asker)
    return await asyncio.to_thread(suggested, found, market, own, free, closed_pairs)


async def explain_pair(
    one: str,
    other: str,
    closed_pairs: ClosedPairs,
    taken: Taken,
    surroundings: Surroundings,
    *,
    asker: str | None = None,
) -> PairExplanation:
    """Why two owners of capacity fit, or do not; for the eyes of `asker`, or of staff.

    Raises NoPair, UnknownMember, GraphNotReady.
    """
    market = await current_market(surroundings)
    free = await _free(market, taken, holders_of_pair(one, other), asker)
    closed_pairs = await _with_own_avoided(closed_pairs, market, asker)
    return await asyncio.to_thread(explained, surroundings.engine.search, market, one, other, free, closed_pairs)


async def _free(market: Market, taken: Taken, holders: Collection[str], asker: str | None) -> Collection[str]:
    """The holders that have slots left, as far as `asker` may know, or staff."""
    if asker is None:
        return await free_among(market, taken, holders)
    return await free_as_known(market, taken, holders, _holders_of(asker, market))


async def _with_own_avoided(closed_pairs: ClosedPairs, market: Market, asker: str | None) -> ClosedPairs:
    """The closed pairs with those that `asker` avoids itself; neither staff nor the other side sees them as closed."""
    avoided = () if asker is None else await asyncio.to_thread(market.avoided_by, asker)
    return replace(closed_pairs, closed={*closed_pairs.closed, *avoided}) if avoided else closed_pairs


async def current_market(surroundings: Surroundings) -> Market:
    """The market as it is now. Raises GraphNotReady."""
    if not surroundings.graph.is_ready:
        raise GraphNotReady("The network is still being read; ask again in a moment.")
    return await surroundings.markets.current(surroundings.clock().date())


def explained(
    candidate_search: CandidateSearch,
    market: Market,
    one: str,
    other: str,
    free: Collection[str],
    closed_pairs: ClosedPairs,
) -> PairExplanation:
    """Why two owners of capacity fit, or do not; `free` are the holders with some left.

    Raises NoPair, UnknownMember.
    """
    candidate = scored_pair(market, one, other)
    visible = visible_blockers(market, candidate, free, closed_pairs)
    stands = status(candidate, visible, closed_pairs, candidate_search.minimum_score)
    pair = ExaminedPair(
        candidate=candidate,
        status=stands,
        blockers=() if stands == TOO_WEAK else visible,
        others=candidate_search.candidates(market, market.capacities.keys(), (), only={candidate.a, candidate.b}),
        minimum=candidate_search.minimum_score,
    )
    return explanation(pair, market)


def suggested(
    best: Sequence[Candidate], market: Market, own: frozenset[str], free: Collection[str], closed_pairs: ClosedPairs
) -> Sequence[Suggestion]:
    """The candidates of the holders `own` as suggestions; `free` are those with capacity left."""
    return [_suggestion(each, market, own, _status(each, free, closed_pairs)) for each in best]


def own_holders(member_id: str, market: Market, programme_id: str | None = None) -> frozenset[str]:
    """The holders of a member's capacity, or the one of its programme. Raises UnknownMember if there are none."""
    own = _holders_of(member_id, market)
    if programme_id is not None:
        own &= {programme_holder(member_id, programme_id)}
    if not own:
        raise UnknownMember(NOT_THERE)
    return own


def _holders_of(member_id: str, market: Market) -> frozenset[str]:
    """The holders of a member's capacity: a city's two, a partner's programmes."""
    cities = market.city(member_id).capacities if member_id in market.profiles.index else ()
    return frozenset([*cities, *(p.holder for p in market.programmes if p.partner_id == member_id)])


def _left_out(market: Market, own: Collection[str], closed_pairs: ClosedPairs) -> frozenset[str]:
    """The holders of paused members, but for those with whom there is a proposal; staff does not read of them."""
    known = {*closed_pairs.closed, *closed_pairs.proposed}

    def is_known(holder: str) -> bool:  # two programmes are no pair
        pairs = ((one, holder) for one in own if "city/" in (one[:5], holder[:5]))
        return any(pair_key(pair) in known for pair in pairs)

    return frozenset(each for each in market.paused_holders if each not in own and not is_known(each))


def _status(candidate: Candidate, free: Collection[str], closed_pairs: ClosedPairs) -> str:
    if candidate.key in closed_pairs.proposed:
        return PROPOSED
    a, b = candidate.members
    is_closed = closed_pairs.has(candidate.key, (a.member_id, b.member_id))
    if is_closed or candidate.a not in free or candidate.b not in free:
        return NOT_AT_PRESENT
    return AVAILABLE


def _suggestion(candidate: Candidate, market: Market, own: Collection[str], status: str) -> Suggestion:
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
        unconfirmed=market.unconfirmed & {mine.member_id, theirs.member_id},
    )

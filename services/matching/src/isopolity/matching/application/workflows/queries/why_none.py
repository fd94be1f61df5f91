"""Why a member finds no partner: what rules out its possible partners, and the one change that would help most; and the
one change of one side that would make a pair fit.

Invariant: the answers depend on public profiles, public ties and the member's own ties, capacity, pause and contacts
alone: they are the same to the last byte, whatever others did with proposals.
"""

import asyncio
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.absence.best_change import BestChange, Finder
from isopolity.matching.application.candidates.absence.changes import Change
from isopolity.matching.application.candidates.absence.missing_requests import MissingRequests, missing_requests
from isopolity.matching.application.candidates.absence.public_round import (
    BlockerCounts,
    OwnPairs,
    PublicPairs,
    counted,
    offering,
    own_pairs,
    public_pairs,
)
from isopolity.matching.application.candidates.market import Market, public_market
from isopolity.matching.application.candidates.pair_status import scored_pair, visible_blockers
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.workflows.queries.pair_fit import NOT_THERE, current_market
from isopolity.matching.application.workflows.surroundings import Engine, Moment, Surroundings
from isopolity.matching.domain.member import City, Programme, kind_of, owner
from isopolity.matching.errors import UnknownMember

SOLVED: Final = 5_000
"""The most cities and programmes for which the public round is solved."""
_OFFERING: Final = 5
"""The most cities that are named to a city as worth asking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerAbsence:
    """The possible partners of a city or of one programme, counted, and its best change."""

    owner: City | Programme
    counts: Sequence[BlockerCounts]
    best: BestChange | None
    """None where it was not asked for."""
    requests: MissingRequests | None = None
    """The requests that a programme of money could meet; None for a city, and for a programme that gives no money."""
    offering: Sequence[City] = ()
    """The cities that offer what a city looks for, and look for too little that it offers to be proposed to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Why a member finds no partner."""

    member_id: str
    name: str
    paused_until: date | None
    """None unless it pauses today."""
    is_unmailable: bool
    has_contact: bool
    """Whether a member that cannot be mailed has contacts, none of whom has confirmed the address."""
    owners: Sequence[OwnerAbsence]
    today: date
    minimum: float
    """The score that proposals need."""

    @property
    def kinds_refused(self) -> Sequence[str]:
        """The kinds of pairs that the member, if it is a city, states to have no capacity for."""
        cities = (each.owner for each in self.owners if isinstance(each.owner, City))
        capacities = (each for city in cities for each in city.capacities.items())
        return [kind_of(holder) for holder, capacity in capacities if not capacity]


async def why_none(
    member_id: str, surroundings: Surroundings, programme_id: str | None = None, *, with_change: bool = True
) -> Absence:
    """Why the member, or one programme of it, finds no partner; the change takes some seconds in a large network.

    Raises UnknownMember, GraphNotReady.
    """
    revision, today = surroundings.network.revision, surroundings.clock().date()
    market = await current_market(surroundings)
    of = revision, today, market.version
    if not with_change:
        return await asyncio.to_thread(counted_absence, market, member_id, surroundings.engine, programme_id)
    owners, public = _owners(market, member_id, programme_id), public_market(market, member_id)
    return _absence(market, member_id, await _with_changes(public, owners, of, surroundings), surroundings.engine)


def counted_absence(
    market: Market,
    member_id: str,
    engine: Engine,
    programme_id: str | None = None,
    regions: AbstractSet[str] = frozenset(),
) -> Absence:
    """The possible partners of a member counted, without a change; of a city those in some regions, if any are given.

    Raises UnknownMember.
    """
    public, found = public_market(market, member_id), list[OwnerAbsence]()
    for each in _owners(market, member_id, programme_id):
        own = own_pairs(public, each)
        if regions and isinstance(each, City):
            own = _in_regions(own, market, regions)
        found.append(
            OwnerAbsence(
                owner=each,
                counts=_counts(own, engine),
                best=None,
                requests=_requests(public, each, engine),
                offering=_offering(public, own, engine) if isinstance(each, City) else (),
            )
        )
    return _absence(market, member_id, found, engine)


def _in_regions(own: OwnPairs, market: Market, regions: AbstractSet[str]) -> OwnPairs:
    """The pairs with cities of these regions, and with no programme."""
    cities, _ = own.partners
    there = np.array([market.profiles.cities[each].region in regions for each in cities.partner.tolist()], bool)
    return own._replace(partners=[cities.narrowed(there)])


def _absence(market: Market, member_id: str, owners: Sequence[OwnerAbsence], engine: Engine) -> Absence:
    paused = owners[0].owner.paused_until if member_id in market.paused else None
    return Absence(
        member_id=member_id,
        name=market.names[member_id],
        paused_until=paused,
        is_unmailable=member_id in market.unmailable,
        has_contact=member_id in market.unconfirmed,
        owners=owners,
        today=market.today,
        minimum=engine.search.minimum_score,
    )


def _owners(market: Market, member_id: str, programme_id: str | None) -> Sequence[City | Programme]:
    """The city, or the open programmes of the partner, or that one of them. Raises UnknownMember if there are none."""
    if member_id in market.profiles.index:
        return [market.city(member_id)]
    own = (each for each in market.programmes if each.partner_id == member_id)
    found = [each for each in own if programme_id in (None, each.programme_id)]
    if not found:
        raise UnknownMember(NOT_THERE)
    return found


def _counts(own: OwnPairs, engine: Engine) -> Sequence[BlockerCounts]:
    partners = (each for each in own.partners if not each.are_programmes or len(each.partner))
    return [counted(each, engine.search.minimum_score) for each in partners]


def _offering(market: Market, own: OwnPairs, engine: Engine) -> Sequence[City]:
    found = offering(own.partners[0], engine.search.minimum_score, _OFFERING)
    return [market.profiles.cities[each] for each in found.tolist()]


def _requests(market: Market, owner: City | Programme, engine: Engine) -> MissingRequests | None:
    return missing_requests(market, owner, engine.search.minimum_score) if isinstance(owner, Programme) else None


async def _with_changes(
    market: Market, owners: Sequence[City | Programme], of: Moment, surroundings: Surroundings
) -> Sequence[OwnerAbsence]:
    engine, rounds = surroundings.engine, surroundings.public_rounds
    everybodys, pairs = public_market(market), None
    if len(market.profiles) + len(market.programmes) <= SOLVED:
        pairs = await rounds.kept(of, "pairs", partial(public_pairs, everybodys, engine.search))
    return [await rounds.kept(of, each, partial(_with_change, market, each, pairs, engine)) for each in owners]


def _with_change(market: Market, owner: City | Programme, pairs: PublicPairs | None, engine: Engine) -> OwnerAbsence:
    own = own_pairs(market, owner)
    finder = Finder(market=market, pairs=pairs, minimum=engine.search.minimum_score, solver=engine.solver)
    best, requests = finder.best_change(owner, own), _requests(market, owner, engine)
    return OwnerAbsence(owner=owner, counts=_counts(own, engine), best=best, requests=requests)


_NO_PAIRS = ClosedPairs(closed=(), proposed=())


@dataclass(frozen=True, slots=True, kw_only=True)
class PairChange:
    """The effect on one pair of one change by an owner of capacity."""

    owner: City | Programme
    change: Change | None
    """The one with which the pair fits best; None where none that was tried makes it fit."""
    score: float
    """The score of the pair with that change."""


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

"""Queries of partners: whom a programme's money would support best, which cities criteria reach, and which open
programmes could support each open request.

Invariant: what a partner reads of a portfolio depends on public facts, the clock, its own acts and its own
partnerships; of cities, on public profiles, public ties and its own ties; of requests, on public profiles alone. What
others propose, answer or have in use has no effect. Nothing is proposed.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np

from isopolity.contracts.registry import PartnerState
from isopolity.matching.application.candidates.candidate_search import Taken, free_among
from isopolity.matching.application.candidates.criteria import Choice, Criteria
from isopolity.matching.application.candidates.found_cities import FoundCities, found_cities
from isopolity.matching.application.candidates.market import Market, public_market
from isopolity.matching.application.candidates.market_update import with_fields
from isopolity.matching.application.candidates.programme_portfolio import (
    Limits,
    Portfolio,
    cities_of,
    fitting,
    planned_portfolio,
)
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.workflows.queries.pair_fit import current_market
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.arrays import Integers
from isopolity.matching.domain.member import City, Programme, Request, programme_holder
from isopolity.matching.domain.money.grants import Commitment, SetAmounts, budget_of, gives_money
from isopolity.matching.errors import InvalidWhatIf, UnknownMember


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestChoice:
    """Conditions on requests; None sets no condition."""

    request_id: str | None = None
    region: str | None = None
    """The region of the city; `country` is the city's, too."""
    country: str | None = None
    subject: str | None = None

    def has(self, request: Request, city: City) -> bool:
        """Whether the request and its city meet all conditions."""
        asked = (
            (self.request_id, (request.request_id,)),
            (self.region, (city.region,)),
            (self.country, (city.country,)),
            (self.subject, request.subjects),
        )
        return all(value is None or value in given for value, given in asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportableRequest:
    """A request of a city, how many programmes could support it, and the first of them, the best first."""

    request: Request
    city: City
    total: int
    programmes: Sequence[Programme]


async def supportable_requests(
    wanted: RequestChoice, surroundings: Surroundings, *, after: str | None, limit: int, most: int
) -> tuple[Sequence[SupportableRequest], int]:
    """At most `limit` requests after the one called `after`, the newest first, with at most `most` programmes each;
    and how many requests there are. Raises GraphNotReady.
    """
    market = await current_market(surroundings)
    return await asyncio.to_thread(_found, market, wanted, after, limit, most)


async def supportable_if_published(asked: Request, surroundings: Surroundings, most: int) -> SupportableRequest:
    """The request as if its city had published it today, with at most `most` programmes; none once it is over.

    Nothing is kept. Raises UnknownMember for a city that is not endorsed, GraphNotReady.
    """
    market = await current_market(surroundings)
    if asked.city_id not in market.profiles.index:
        raise UnknownMember("There is no endorsed city with this id.")
    return await asyncio.to_thread(_if_published, market, asked, most)


def _if_published(market: Market, asked: Request, most: int) -> SupportableRequest:
    if not asked.stands(market.today):
        return SupportableRequest(request=asked, city=market.city(asked.city_id), total=0, programmes=())
    targets = market.targets.asking(market.profiles, [asked], market.today)
    return _supportable(with_fields(market, targets=targets), len(market.profiles), most)  # it stands after the cities


def _found(
    market: Market, wanted: RequestChoice, after: str | None, limit: int, most: int
) -> tuple[Sequence[SupportableRequest], int]:
    targets, cities = market.targets.targets, len(market.profiles)  # the requests stand after the cities
    asked = [
        (request.request_id, position)
        for position in range(cities, len(targets))
        if (request := targets[position].request) is not None and wanted.has(request, targets[position].city)
    ]
    rest = sorted((each for each in asked if after is None or each[0] < after), reverse=True)
    return [_supportable(market, position, most) for _, position in rest[:limit]], len(asked)


def _supportable(market: Market, position: int, most: int) -> SupportableRequest:
    target, arrays = market.targets.targets[position], market.programme_arrays
    scored = arrays.scores(market.profiles, market.targets, position, market.programme_components, market.weights)
    could = np.flatnonzero(arrays.allowed(market.profiles, market.targets, position, scored))
    public = [-scored.parts[name][could] for name in ("focus", "grant", "subjects")]  # the last one sorts first
    best = could[np.lexsort(public)][:most]
    assert target.request is not None  # noqa: S101 - positions of requests only
    return SupportableRequest(
        request=target.request,
        city=target.city,
        total=len(could),
        programmes=[market.programmes[number] for number in best.tolist()],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposition:
    """Supposed amounts in place of those that a programme states; None keeps the stated one."""

    budget: int | None = None
    """The whole budget."""
    grant_min: int | None = None
    grant_max: int | None = None
    cities: int | None = None
    """How many cities it can take at a time."""

    def programme(self, known: Programme) -> Programme:
        """The programme as supposed. Raises InvalidWhatIf."""
        names = ("budget", "grant_min", "grant_max", "cities")
        given = {name: value for name in names if (value := getattr(self, name)) is not None}
        supposed = replace(known, **given)
        if not gives_money(supposed):
            raise InvalidWhatIf(f"“{known.name}” names no amount of a grant; suppose a grant_max.")
        if supposed.grant_min > supposed.grant_max:
            raise InvalidWhatIf(
                f"The least grant, {supposed.grant_min:,}, is more than the most, {supposed.grant_max:,}; correct one."
            )
        return supposed

    @property
    def is_empty(self) -> bool:
        """Whether nothing is supposed."""
        return self == Supposition()


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyKnown:
    """Money and pairs of the programme, as far as the asker may know of them."""

    commitments: Sequence[Commitment]
    amounts: SetAmounts
    closed: ClosedPairs
    taken: Taken


async def portfolio(
    partner_id: str,
    programme_id: str,
    supposition: Supposition,
    known: MoneyKnown,
    surroundings: Surroundings,
    *,
    asker: str | None = None,
) -> Portfolio:
    """The portfolio of a programme as supposed; for the eyes of its partner, the `asker`, or of staff.

    Raises UnknownMember, InvalidWhatIf, GraphNotReady.
    """
    market = await current_market(surroundings)
    programme = supposition.programme(open_programme(partner_id, programme_id, market))
    found = await asyncio.to_thread(fitting, market, programme, surroundings.engine.search.minimum_score)
    used = await known.taken([programme.holder])
    limits = Limits(
        budget=budget_of(programme, known.commitments, known.amounts),
        is_supposed=not supposition.is_empty,
        number=max(programme.cities - used.get(programme.holder, 0), 0),
        amounts=known.amounts,
        free=await _free(market, known.taken, cities_of(market, found), asker),
        closed=known.closed,
    )
    return await asyncio.to_thread(planned_portfolio, market, programme, found, limits)


def open_programme(partner_id: str, programme_id: str, market: Market) -> Programme:
    """An open programme of an endorsed partner. Raises UnknownMember."""
    number = market.programme_arrays.number.get(programme_holder(partner_id, programme_id))
    if number is None:
        raise UnknownMember("There is no open programme with this id of an endorsed partner.")
    return market.programmes[number]


async def _free(market: Market, taken: Taken, positions: Integers, asker: str | None) -> Collection[int]:
    """The positions of those of the cities that have room; in a partner's eyes, as they state publicly."""
    cities = market.profiles.cities
    if asker is not None:
        paused = market.paused
        able = (each for each in positions.tolist() if cities[each].can_be_sponsored)
        return [each for each in able if cities[each].city_id not in paused]
    holders = {cities[each].sponsorship_holder: each for each in positions.tolist()}
    return [holders[each] for each in await free_among(market, taken, holders)]


ResultT = TypeVar("ResultT")
EVERYTHING: Final = Choice()


async def explored(
    partner_id: str,
    criteria: Criteria,
    surroundings: Surroundings,
    made: Callable[[FoundCities], ResultT],
    choice: Choice = EVERYTHING,
    *,
    with_blocked: bool = False,
) -> ResultT:
    """The result of `made` for the cities that the criteria reach. Raises UnknownMember, GraphNotReady."""
    market = await current_market(surroundings)
    known = surroundings.network.member(partner_id)
    if known is None or known[0] != "partner":
        raise UnknownMember("There is no partner with this id.")
    programme = criteria.programme(PartnerState.model_validate_json(known[1]))
    minimum = surroundings.engine.search.minimum_score

    def find() -> ResultT:
        public = public_market(market, partner_id)
        return made(found_cities(public, programme, choice, minimum, with_blocked=with_blocked))

    return await asyncio.to_thread(find)

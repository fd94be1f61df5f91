"""The cities that staff may invite to make a request, since a programme could fund what they look for.

Invariant: cities to which nothing is proposed now are left out: those that pause or cannot be mailed, and those whose
pair with the programme is closed. Staff cannot read the cause of the latter: the pair may rest, somebody may have asked
for it, or a city may avoid the partner's country. Nothing is kept.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from isopolity.matching.application.candidates.absence.missing_requests import (
    ABOUT,
    MissingRequests,
    cities_to_ask,
    missing_requests,
)
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.workflows.placement import closed_pairs
from isopolity.matching.application.workflows.queries.pair_fit import current_market
from isopolity.matching.application.workflows.queries.partner_queries import open_programme
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.member import City, Programme, Topic, sponsorship_pair
from isopolity.matching.domain.scores.sponsorship import shared
from isopolity.matching.domain.scores.target_arrays import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class CityToAsk:
    """A city that could make a fitting request."""

    city: City
    nearness: float
    """The nearness of its nearest need to the programme, in (0, 1]."""
    needs: Sequence[Topic]
    """Its needs that the programme is about, the nearest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CitiesToAsk:
    """The requests of a programme, and the cities that could make one."""

    programme: Programme
    requests: MissingRequests | None
    """None for a programme that gives no money."""
    cities: Sequence[CityToAsk]
    """The best first."""


async def found_cities_to_ask(
    partner_id: str, programme_id: str, reading: UnitOfWorkFactory, surroundings: Surroundings
) -> CitiesToAsk:
    """The cities to ask for a programme. Raises UnknownMember, GraphNotReady."""
    market = await current_market(surroundings)
    programme = open_programme(partner_id, programme_id, market)
    async with reading() as uow:
        closed = await closed_pairs(market, uow, surroundings.frozen_since(), [partner_id])
    return await asyncio.to_thread(_found, market, programme, closed, surroundings.engine.search.minimum_score)


def _found(market: Market, programme: Programme, closed: Collection[str], minimum: float) -> CitiesToAsk:
    requests = missing_requests(market, programme, minimum)
    ranked = () if requests is None else cities_to_ask(market, programme, minimum)
    cities = [
        CityToAsk(city=city, nearness=nearness, needs=_needs(market, programme, city))
        for city, nearness in ranked
        if city.city_id not in market.resting and sponsorship_pair(programme.holder, city.city_id) not in closed
    ]
    return CitiesToAsk(programme=programme, requests=requests, cities=cities)


def _needs(market: Market, programme: Programme, city: City) -> Sequence[Topic]:
    found = shared(programme, Target(city, None), market.today, market.weights.neighbours)
    near = sorted((each for each in found if each.share >= ABOUT), key=lambda each: -each.share)
    return [each.want.need for each in near if each.want.need is not None]

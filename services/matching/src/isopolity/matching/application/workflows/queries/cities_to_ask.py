"""The cities that staff may invite to make a request, since a programme could fund what they look for.

Invariant: members to whom nothing is proposed, because they pause, cannot be mailed, or cannot work with the partner's
country, are left out. Nothing is kept.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from isopolity.matching.application.candidates.absence.missing_requests import (
    ABOUT,
    MissingRequests,
    cities_to_ask,
    missing_requests,
)
from isopolity.matching.application.candidates.market import Market
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


async def found_cities_to_ask(partner_id: str, programme_id: str, surroundings: Surroundings) -> CitiesToAsk:
    """The cities to ask for a programme. Raises UnknownMember, GraphNotReady."""
    market = await current_market(surroundings)
    programme = open_programme(partner_id, programme_id, market)
    return await asyncio.to_thread(_found, market, programme, surroundings.engine.search.minimum_score)


def _found(market: Market, programme: Programme, minimum: float) -> CitiesToAsk:
    requests = missing_requests(market, programme, minimum)
    ranked = () if requests is None else cities_to_ask(market, programme, minimum)
    avoided = market.avoided_pairs([programme.partner_id])
    cities = [
        CityToAsk(city=city, nearness=nearness, needs=_needs(market, programme, city))
        for city, nearness in ranked
        if city.city_id not in market.resting and sponsorship_pair(programme.holder, city.city_id) not in avoided
    ]
    return CitiesToAsk(programme=programme, requests=requests, cities=cities)


def _needs(market: Market, programme: Programme, city: City) -> Sequence[Topic]:
    found = shared(programme, Target(city, None), market.today, market.weights.neighbours)
    near = sorted((each for each in found if each.share >= ABOUT), key=lambda each: -each.share)
    return [each.want.need for each in near if each.want.need is not None]

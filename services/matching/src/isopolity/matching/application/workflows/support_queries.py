"""Support queries: which open programmes could support each open request, by what both sides say publicly.

Invariant: neither answers, proposals, capacity nor ties decide what is found, or in which order it stands.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.workflows.fit_queries import current_market
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.member import City, Programme, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestChoice:
    """Which requests are wanted; None means any."""

    request_id: str | None = None
    region: str | None = None
    """Of the city, as the country."""
    country: str | None = None
    subject: str | None = None

    def has(self, request: Request, city: City) -> bool:
        """Whether all that is given fits."""
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

"""Numbers and positions of members and twinnings, for everybody: `/registry/v1/figures`, `/cities/places`,
`/twinnings/places`.

Invariant: an answer has at most `limit` places or lines, however many cities and ties there are.
"""

from typing import Annotated, Final

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from isopolity.registry.entrypoints.http.city_filter import Wanted
from isopolity.registry.entrypoints.http.context import Registry
from isopolity.registry.entrypoints.http.routers.public.cache_lifetime import let_keep
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/registry/v1")

_MOST: Final = 1_500
_LEAST: Final = 20
"""The least limit, which the 18 coarsest cells always meet."""

Limit = Annotated[int, Query(description="How many places or lines an answer has at most", ge=_LEAST, le=_MOST)]


class Figures(BaseModel):
    """The network in numbers."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={"examples": [{"cities": 425, "partners": 31, "requests": 120, "twinnings": 610}]},
    )

    cities: int = Field(description="Endorsed cities.")
    partners: int = Field(description="Endorsed partners.")
    requests: int = Field(description="Open requests.")
    twinnings: int = Field(description="Declared twinnings.")


class Place(BaseModel):
    """A city, or the centre of several neighbouring ones."""

    latitude: float
    longitude: float
    count: int = Field(description="How many cities.")
    name: str = Field(description="Of the city, or of the first of them by name.")
    city_id: str | None = Field(description="null for several.")


class CityPlaces(BaseModel):
    """Where the cities of a selection lie."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "total": 4,
                    "placed": 3,
                    "places": [
                        {"latitude": 60.2, "longitude": 24.7, "count": 1, "name": "Espoo", "city_id": "espoo"},
                        {"latitude": 55.9, "longitude": 10.4, "count": 2, "name": "Aarhus", "city_id": None},
                    ],
                }
            ]
        }
    )

    total: int = Field(description="All cities that fit.")
    placed: int = Field(description="Those of them whose place is known; the counts of all places add up to it.")
    places: list[Place]


class Line(BaseModel):
    """A twinning, or several between neighbouring cities at both ends."""

    start: tuple[float, float] = Field(description="Latitude and longitude.")
    end: tuple[float, float] = Field(description="Latitude and longitude.")
    count: int = Field(description="How many ties.")


class TiePlaces(BaseModel):
    """Where declared twinnings between endorsed cities run."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"total": 1, "lines": [{"start": [55.7, 12.6], "end": [60.2, 24.7], "count": 1}]}]
        }
    )

    total: int = Field(description="All ties between places that are known.")
    lines: list[Line]


@router.get("/cities/places", summary="Count cities and see where they lie")
async def city_places(wanted: Wanted, registry: Registry, response: Response, limit: Limit = _MOST) -> CityPlaces:
    """All cities that fit, those of one page and of all others.

    More than `limit` are counted together by cells of 2 degrees, or of as many more as it takes.
    """
    found = await registry.atlas.cities(wanted, most=limit)
    if wanted.statuses == ("endorsed",):
        let_keep(response, found.among)
    places = [
        Place(latitude=each.latitude, longitude=each.longitude, count=each.count, name=each.name, city_id=each.city_id)
        for each in found.places
    ]
    return CityPlaces(total=found.total, placed=found.placed, places=places)


@router.get("/twinnings/places", summary="See where ties run")
async def tie_places(registry: Registry, response: Response, limit: Limit = _MOST) -> TiePlaces:
    """Declared twinnings between endorsed cities whose places are known.

    More than `limit` are put together by cells of 6 degrees, from middle to middle; then those lines stand here that
    stand for the most ties.
    """
    total, lines = await registry.atlas.ties(most=limit)
    let_keep(response, total)
    return TiePlaces(total=total, lines=[Line(start=each.start, end=each.end, count=each.count) for each in lines])


@router.get("/figures", operation_id="figures.read", summary="Count who takes part")
async def figures(registry: Registry, response: Response) -> Figures:
    """Members, requests and ties that stand now, or in a large network up to a minute ago."""
    found = await registry.atlas.figures()
    let_keep(response, found.cities + found.twinnings)
    return Figures.model_validate(found)

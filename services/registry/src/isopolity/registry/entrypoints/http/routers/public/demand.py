"""`/registry/v1/seeking`: subjects with the cities that need and offer them."""

from typing import Annotated, Final

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from isopolity.registry.application.directory import Filter
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import Registry
from isopolity.registry.entrypoints.http.replies import Cursor, Page
from isopolity.registry.entrypoints.http.routers.public.cache_lifetime import let_keep
from isopolity.web.paging import one_page, pair_cursor, pair_in
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/registry/v1")

_MOST: Final = 100
_AARHUS: Final[JsonDict] = {"city_id": "aarhus", "name": "Aarhus", "country": "DK", "illustrative": False}
_ESPOO: Final[JsonDict] = {"city_id": "espoo", "name": "Espoo", "country": "FI", "illustrative": False}


class NamedCity(BaseModel):
    """A city as the board names it."""

    model_config = ConfigDict(from_attributes=True)

    city_id: str
    name: str
    country: str
    illustrative: bool = Field(description="Whether its needs and offers were made up for a demonstration.")


class SoughtSubject(BaseModel):
    """A subject with the cities that need it and those that offer it."""

    model_config = ConfigDict(from_attributes=True)

    subject: str
    seeking: int = Field(description="How many cities look for it.")
    offering: int = Field(description="How many cities offer it.")
    first_seeking: list[NamedCity] = Field(description="The first of those who look for it, by name.")
    first_offering: list[NamedCity] = Field(description="The first of those who offer it, by name.")


class SeekingPage(Page):
    """A page of subjects, the most sought first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "subject": "cluster.literacy",
                            "seeking": 41,
                            "offering": 1,
                            "first_seeking": [_AARHUS],
                            "first_offering": [_ESPOO],
                        }
                    ],
                    "next": None,
                    "total": 36,
                }
            ]
        }
    )

    items: list[SoughtSubject]
    total: int = Field(description="Subjects on all pages.")


@router.get("/seeking", summary="See what cities look for, and who offers it")
async def seeking(
    registry: Registry,
    response: Response,
    region: f.Region | None = None,
    country: f.Country | None = None,
    subject: Annotated[f.Subject | None, Query(description="This subject alone")] = None,
    first: Annotated[int, Query(description="How many cities of either side are named", ge=0, le=20)] = 3,
    cursor: Cursor = None,
    limit: Annotated[int, Query(description="How many subjects a page has", ge=1, le=_MOST)] = 20,
) -> SeekingPage:
    """The subjects of needs and offers of endorsed cities, the most sought first; all filters given must fit.

    A subject whose numbers change meanwhile may move to another page.
    """
    wanted = Filter(statuses=("endorsed",), region=region, country=country, subject=subject)
    counts = await registry.seeking.counts(wanted)
    let_keep(response, sum(map(sum, counts.values())))
    after = pair_in(cursor)
    places = sorted(place for each in counts if (place := _place(each, counts[each][0])) > (after or ("", "")))
    listed, following = one_page(places[: limit + 1], limit, lambda place: pair_cursor(*place))
    found = await registry.seeking.first(wanted, {each: counts[each] for _, each in listed}, most=first)
    return SeekingPage(items=[SoughtSubject.model_validate(each) for each in found], next=following, total=len(counts))


def _place(subject: str, seeking: int) -> tuple[str, str]:
    """The sort key of a subject as text, the most sought first."""
    return f"{10**9 - seeking:010}", subject

"""`/matching/v1/programmes/…/cities-to-ask`: the cities that could make a request for a programme; for staff."""

from typing import Annotated, Self

from fastapi import Query
from pydantic import Field

from isopolity.contracts.matching import InterestSummary
from isopolity.matching.application.workflows.queries.cities_to_ask import CitiesToAsk, CityToAsk, found_cities_to_ask
from isopolity.matching.entrypoints.http.absence import RequestsView
from isopolity.matching.entrypoints.http.context import Matching, Staff
from isopolity.matching.entrypoints.http.view import View
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/matching/v1")
Most = Annotated[int, Query(ge=1, le=1000, description="The largest number of cities to list.")]
"""Up to 1000, more than other lists allow: the portal reads the whole list and drops cities already invited."""


class CityToAskView(View):
    """A city that could make a request for a programme."""

    city_id: str
    name: str
    country: str
    region: str
    population: int | None
    illustrative: bool
    nearness: float = Field(description="Of its nearest need to the programme, in (0, 1].")
    needs: list[InterestSummary] = Field(description="Its needs that the programme is about, the nearest first.")

    @classmethod
    def of(cls, found: CityToAsk) -> Self:
        """Make the view of a city."""
        names = tuple(InterestSummary.model_fields)
        needs = [InterestSummary(**{name: getattr(each, name) for name in names}) for each in found.needs]
        return cls.copied(found.city, nearness=round(found.nearness, 3), needs=needs)


class CitiesToAskView(View):
    """The requests of a programme, and the cities that could make one."""

    programme_id: str
    name: str
    partner_id: str
    partner_name: str
    requests: RequestsView | None = Field(description="Null for a programme that gives no money: no city is asked.")
    items: list[CityToAskView] = Field(description="The best first; without cities that cannot be proposed now.")
    total: int = Field(description="How many cities there are in all.")

    @classmethod
    def of(cls, found: CitiesToAsk, limit: int) -> Self:
        """Make the view with at most `limit` cities."""
        requests = found.requests and RequestsView.of(found.requests, found.programme)
        items = [CityToAskView.of(each) for each in found.cities[:limit]]
        return cls.copied(found.programme, requests=requests, items=items, total=len(found.cities))


@router.get("/programmes/{partner_id}/{programme_id}/cities-to-ask")
async def cities_to_ask(
    matching: Matching, _staff: Staff, partner_id: str, programme_id: str, limit: Most = 50
) -> CitiesToAskView:
    """The cities that look for what an open programme could fund and have made no fitting request.

    They lie in its places and are of its size. Registry's list of invitations says which were invited already.
    """
    found = await found_cities_to_ask(partner_id, programme_id, matching.reading, matching.surroundings)
    return CitiesToAskView.of(found, limit)

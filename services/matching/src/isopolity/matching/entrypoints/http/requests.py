"""`/matching/v1/requests/programmes`: open requests with the programmes that could support them, public; and
`…/members/{member_id}/request-trial`: those of a request that a city has not published.

Invariant: the answers follow from the public entries of cities and partners alone. A request that is sent is compared
and not kept: nothing is proposed by it.
"""

from dataclasses import replace
from datetime import date
from typing import Annotated, Self

from fastapi import Query
from pydantic import Field

from isopolity.contracts.registry import RequestState
from isopolity.matching.application.candidates.parsed_members import request_from
from isopolity.matching.application.workflows.queries.partner_queries import (
    RequestChoice,
    SupportableRequest,
    supportable_if_published,
    supportable_requests,
)
from isopolity.matching.entrypoints.http.context import Cursor, Limit, Matching, MemberOrLooker, Page, require_own
from isopolity.matching.entrypoints.http.view import View
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/matching/v1")

RequestId = Annotated[str | None, Query(max_length=128, description="This request alone.")]
Code = Annotated[str | None, Query(max_length=64)]
Programmes = Annotated[int, Query(ge=0, le=20, description="How many programmes are named of each request.")]
_OWN = "A member tries requests of its own only."


class ProgrammeView(View):
    """A programme that could support a request."""

    programme_id: str
    name: str
    partner_id: str
    partner_name: str
    grant_min: int
    grant_max: int
    currency: str
    closes: date | None = Field(default=None, description="The last day on which it takes applications.")
    illustrative: bool = Field(description="Whether it was made up for a demonstration.")


class SupportableRequestView(View):
    """An open request and the open programmes that could support it, the best first."""

    request_id: str
    title: str
    amount_min: int
    amount_max: int
    currency: str
    subjects: list[str]
    ends: date | None = None
    illustrative: bool = Field(description="Whether it was made up for a demonstration.")
    city_id: str
    city_name: str
    country: str
    region: str
    programmes_total: int = Field(description="How many programmes could support it.")
    programmes: list[ProgrammeView] = Field(description="The first of them.")

    @classmethod
    def of(cls, found: SupportableRequest) -> Self:
        """Make the view of a request with its programmes."""
        request, city = found.request, found.city
        return cls.copied(
            request,
            city_id=city.city_id,
            city_name=city.name,
            country=city.country,
            region=city.region,
            programmes_total=found.total,
            programmes=found.programmes,
        )


class SupportableRequestPage(Page[SupportableRequestView]):
    """A page of requests, with the cursor of the next page."""

    total: int = Field(description="Requests on all pages.")


@router.get("/requests/programmes")
async def requests_with_programmes(
    matching: Matching,
    request_id: RequestId = None,
    region: Code = None,
    country: Code = None,
    subject: Code = None,
    programmes: Programmes = 3,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> SupportableRequestPage:
    """Open requests, the newest first, each with the open programmes whose rules and subjects it fits.

    Region and country are those of the city; a request has to fit all given filters. A programme's free places,
    and past proposals and answers, do not matter.
    """
    wanted = RequestChoice(request_id=request_id, region=region, country=country, subject=subject)
    found, total = await supportable_requests(wanted, matching.surroundings, after=cursor, limit=limit, most=programmes)
    ids = [each.request.request_id for each in found]
    page = Page[SupportableRequestView].of([SupportableRequestView.of(each) for each in found], ids, limit)
    return SupportableRequestPage(items=page.items, next=page.next, total=total)


@router.post("/members/{member_id}/request-trial")
async def programmes_for_a_request(
    matching: Matching, principal: MemberOrLooker, member_id: str, stated: RequestState, programmes: Programmes = 3
) -> SupportableRequestView:
    """The open programmes that could support a request of the city if it published it today. Nothing is kept.

    The request names its city as `member_id` does. A request whose last day is over could be supported by none.
    """
    require_own(principal, member_id, _OWN)
    asked = replace(request_from(stated), city_id=member_id, status="published")
    return SupportableRequestView.of(await supportable_if_published(asked, matching.surroundings, programmes))

"""`/matching/v1/partners/…/cities` and `/reach`: the cities that a partner's criteria reach, and their sums.

Invariant: a partner asks for itself only. The answer has no proposal, answer, used capacity or pause of others.
"""

from typing import Annotated

from fastapi import Query

from isopolity.matching.application.workflows.queries.partner_queries import explored
from isopolity.matching.entrypoints.http.context import Matching, MemberOrStaff, is_staff
from isopolity.matching.entrypoints.http.explorer.queries import CriteriaQuery, ExplorerQuery
from isopolity.matching.entrypoints.http.explorer.schemas import ExplorerView, SumsView
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/matching/v1")


@router.get("/partners/{partner_id}/reach")
async def reach_of_criteria(
    matching: Matching, principal: MemberOrStaff, partner_id: str, query: Annotated[CriteriaQuery, Query()]
) -> SumsView:
    """The number of cities and requests that fit the criteria, their regions, and the people who live there.

    The criteria need not be those of an existing programme. No proposal is made.
    """
    _require_own(principal, partner_id)
    return await explored(partner_id, query.criteria(), matching.surroundings, SumsView.of)


@router.get("/partners/{partner_id}/cities")
async def cities_of_criteria(
    matching: Matching, principal: MemberOrStaff, partner_id: str, query: Annotated[ExplorerQuery, Query()]
) -> ExplorerView:
    """The cities that the criteria reach, the best first, each with its fit, its blockers and its confidence."""
    _require_own(principal, partner_id)
    return await explored(
        partner_id,
        query.criteria(),
        matching.surroundings,
        lambda found: ExplorerView.of(
            found, query.currency, query.offset, query.limit, with_places=query.part == "places"
        ),
        query.choice(),
        with_blocked=query.with_blocked,
    )


def _require_own(principal: Principal, partner_id: str) -> None:
    if not is_staff(principal) and principal.member_id != partner_id:
        raise Problem(403, "A partner explores for itself only.", code="not-your-own")

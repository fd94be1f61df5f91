"""`/matching/v1/programmes/…/portfolio`: whom a programme's budget would support best, and what would change that.

Invariant: a partner asks about its own programmes only, and is told what its own acts, its own partnerships and public
facts say; staff asks about all.
"""

from typing import Annotated

from fastapi import Query

from isopolity.matching.application.workflows.money.portfolios import MoneyKnown, Supposition, portfolio
from isopolity.matching.entrypoints.http.context import Matching, MemberOrStaff, is_staff
from isopolity.matching.entrypoints.http.money.portfolio_schemas import PortfolioView
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter

_MOST = 10**12
Amount = Annotated[int | None, Query(ge=0, le=_MOST)]
Budget = Annotated[
    int | None, Query(ge=1, le=_MOST, description="What if the whole budget were this; what is promised stays so.")
]
Places = Annotated[int | None, Query(ge=0, le=10_000, description="What if it could take so many cities at a time.")]

router = ServiceRouter(prefix="/matching/v1")


@router.get("/programmes/{partner_id}/{programme_id}/portfolio")
async def programme_portfolio(
    matching: Matching,
    principal: MemberOrStaff,
    partner_id: str,
    programme_id: str,
    budget: Budget = None,
    grant_min: Amount = None,
    grant_max: Amount = None,
    cities: Places = None,
) -> PortfolioView:
    """The grants that fit best within what is left of the programme's budget, or of a supposed one.

    Nothing is proposed to anybody. With what they reach, who comes in with more money or one place more, who goes out
    first with less, and what 10 % more or less would change.
    """
    if not is_staff(principal) and principal.member_id != partner_id:
        raise Problem(403, "A partner sees the portfolios of its own programmes only.", code="not-your-own")
    asker = None if is_staff(principal) else partner_id
    queries, surroundings = matching.queries, matching.surroundings
    known = MoneyKnown(
        commitments=await queries.commitments(partner_id, surroundings.clock(), for_staff=asker is None),
        amounts=await queries.set_amounts(),
        closed=await queries.closed_pairs_of(partner_id, surroundings.frozen_since(), for_staff=asker is None),
        taken=queries.taken if asker is None else queries.told_as_taken,
    )
    supposed = Supposition(budget=budget, grant_min=grant_min, grant_max=grant_max, cities=cities)
    found = await portfolio(partner_id, programme_id, supposed, known, surroundings, asker=asker)
    return PortfolioView.of(found)

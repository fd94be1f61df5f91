"""`/matching/v1/programmes/…/portfolio`: the best grants of a programme's budget, and the effect of other budgets.

Invariant: a partner asks about its own programmes only, and the answer follows from its own acts, its own partnerships
and public facts; staff asks about all.
"""

from typing import Annotated

from fastapi import Query

from isopolity.matching.application.workflows.queries.partner_queries import MoneyKnown, Supposition, portfolio
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
    """The best grants within the money left of the programme's budget, or of a supposed one.

    The answer has their reach, the cities that come in with more money or one more place, the first to drop out with
    less, and the effect of 10 % more or less. No proposal is made.
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

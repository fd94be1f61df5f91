"""`/matching/v1/programmes/…/portfolio`: the best grants of a programme's budget, and the effect of other budgets.

Invariant: a partner asks about its own programmes only, and the answer follows from its own acts, its own partnerships
and public facts; staff asks about all.

Invariant: amounts are whole units of the programme's currency, except the amounts that a request asks in its own.
"""

from collections.abc import Mapping
from typing import Annotated, Self

from fastapi import Query
from pydantic import Field

from isopolity.matching.application.candidates.programme_portfolio import (
    VALUE_UNIT,
    PlannedChange,
    PlannedGrant,
    Portfolio,
)
from isopolity.matching.application.wording.portfolio_sentences import change_sentence, portfolio_sentences
from isopolity.matching.application.workflows.queries.partner_queries import MoneyKnown, Supposition, portfolio
from isopolity.matching.domain.member import City, Request
from isopolity.matching.entrypoints.http.context import Matching, MemberOrStaff, is_staff, require_own
from isopolity.matching.entrypoints.http.view import View
from isopolity.web.routing import ServiceRouter

_MOST = 10**12
Amount = Annotated[int | None, Query(ge=0, le=_MOST)]
Budget = Annotated[
    int | None, Query(ge=1, le=_MOST, description="What if the whole budget were this; what is promised stays so.")
]
Places = Annotated[int | None, Query(ge=0, le=10_000, description="What if it could take so many cities at a time.")]
router = ServiceRouter(prefix="/matching/v1")


class BudgetView(View):
    """A programme's budget: the whole, and its promised and open parts."""

    whole: int
    promised: int = Field(description="In partnerships that stand, or that have ended as completed.")
    open: int = Field(
        description="In proposals until they are settled, and in introductions that its partner asked for."
    )
    left: int


class GrantView(View):
    """A grant that is chosen, or that a change adds or removes."""

    city_id: str
    city_name: str
    country: str
    region: str
    population: int | None
    request_id: str = Field(description="The request that it is for.")
    request_title: str
    score: float
    least: int = Field(description="The least amount that both sides accept.")
    most: int
    amount: int | None = Field(
        description="What is granted: `least`, and what is left of the money goes to the best ones; "
        "null where it is not chosen."
    )
    first_tie: bool = Field(description="Whether the city has no public tie yet.")

    @classmethod
    def of(cls, grant: PlannedGrant) -> Self:
        """Make the view of a grant."""
        city, request = grant.city, grant.request
        return cls(
            **_of_city(city),
            population=city.population,
            request_id=request.request_id,
            request_title=request.title,
            score=grant.score,
            least=grant.span.least,
            most=grant.span.most,
            amount=grant.amount,
            first_tie=grant.is_first_tie,
        )


class ReachView(View):
    """The cities, regions and people that the chosen grants reach."""

    cities: int
    inhabitants: int
    unknown: int = Field(description="Cities whose inhabitants are not known.")
    beneficiaries: int = Field(description="As the requests name them.")
    countries: int
    regions: Mapping[str, int] = Field(description="Cities by region.")
    first_ties: int


class PlannedChangeView(View):
    """The effect of another budget, or of a place for one more city, found by choosing again."""

    budget: int = Field(description="The whole budget.")
    places: int
    value: float
    spent: int = Field(description="The least amounts of its grants.")
    added: list[GrantView]
    removed: list[GrantView]
    text: str

    @classmethod
    def of(cls, found: Portfolio, change: PlannedChange) -> Self:
        """Make the view of a change of the portfolio `found`."""
        return cls.copied(
            change,
            places=change.number,
            value=change.value / VALUE_UNIT,
            added=[GrantView.of(each) for each in change.added],
            removed=[GrantView.of(each) for each in change.removed],
            text=change_sentence(found, change),
        )


class WaitingView(View):
    """A request in another currency, for which staff has to set an amount."""

    city_id: str
    city_name: str
    country: str
    region: str
    request_id: str
    request_title: str
    amount_min: int
    amount_max: int
    currency: str

    @classmethod
    def of(cls, request: Request, city: City) -> Self:
        """Make the view of a request of `city`."""
        return cls.copied(request, request_title=request.title, **_of_city(city))


class PortfolioView(View):
    """The best grants of a programme within its budget, and the effect of other budgets."""

    partner_id: str
    programme_id: str
    programme_name: str
    currency: str
    budget: BudgetView
    supposed: bool = Field(description="Whether the budget, the grants or the places are a what-if.")
    grant_min: int
    grant_max: int
    places: int = Field(description="How many more cities the programme can take.")
    candidates: int = Field(description="Cities that fit and of which the money reaches each alone.")
    grants: list[GrantView] = Field(description="The best first.")
    spent: int
    value: float = Field(description="The sum of the scores.")
    bound: float = Field(description="No permitted choice is worth more; proved by multipliers alone.")
    gap: float = Field(description="The share of `bound` that `value` does not reach.")
    searched: bool = Field(description="Whether all choices were searched, so that none is better whatever the bound.")
    reach: ReachView
    more_money: PlannedChangeView | None = Field(
        description="With the least budget under which the choice is better; null where money changes nothing."
    )
    one_city_more: PlannedChangeView | None = Field(
        description="With a place for one city more; null where it changes nothing."
    )
    last_out: PlannedChangeView | None = Field(description="With just too little money for the choice: who goes first.")
    tenth_more: PlannedChangeView = Field(description="With 10 % more of the whole budget.")
    tenth_less: PlannedChangeView
    waiting: list[WaitingView] = Field(description="Requests that fit, in other currencies, without an amount.")
    told: list[str] = Field(description="All of it in sentences.")

    @classmethod
    def of(cls, found: Portfolio) -> Self:
        """Make the view of a portfolio."""
        programme = found.programme

        def change(other: PlannedChange | None) -> PlannedChangeView | None:
            return None if other is None else PlannedChangeView.of(found, other)

        names = ("partner_id", "programme_id", "currency", "grant_min", "grant_max")
        return cls.copied(
            found,
            **{name: getattr(programme, name) for name in names},
            programme_name=programme.name,
            supposed=found.is_supposed,
            places=found.number,
            grants=[GrantView.of(each) for each in found.grants],
            value=found.value / VALUE_UNIT,
            bound=found.bound / VALUE_UNIT,
            searched=found.is_searched,
            more_money=change(found.more_money),
            one_city_more=change(found.one_city_more),
            last_out=change(found.last_out),
            tenth_more=PlannedChangeView.of(found, found.tenth_more),
            tenth_less=PlannedChangeView.of(found, found.tenth_less),
            waiting=[WaitingView.of(*each) for each in found.waiting],
            told=list(portfolio_sentences(found)),
        )


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
    require_own(principal, partner_id, "A partner sees the portfolios of its own programmes only.")
    asker = None if is_staff(principal) else partner_id
    queries, surroundings = matching.queries, matching.surroundings
    known = MoneyKnown(
        commitments=await queries.commitments(partner_id, surroundings.clock(), for_staff=asker is None),
        amounts=await queries.set_amounts(),
        closed=await queries.closed_pairs_of(partner_id, surroundings.frozen_since(), for_staff=asker is None),
        taken=queries.taken if asker is None else queries.publicly_taken,
    )
    supposed = Supposition(budget=budget, grant_min=grant_min, grant_max=grant_max, cities=cities)
    found = await portfolio(partner_id, programme_id, supposed, known, surroundings, asker=asker)
    return PortfolioView.of(found)


def _of_city(city: City) -> dict[str, str]:
    return {"city_id": city.city_id, "city_name": city.name, "country": city.country, "region": city.region}

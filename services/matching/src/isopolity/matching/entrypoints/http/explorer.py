"""`/matching/v1/partners/…/cities` and `/reach`: the cities that a partner's criteria reach, and their sums.

Invariant: a partner asks for itself only. The answer has no proposal, answer, used capacity or pause of others.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from fastapi import Query
from pydantic import ConfigDict, Field

from isopolity.contracts.codes import REGIONS, SUBJECTS, SUPPORTS
from isopolity.matching.application.candidates.criteria import Choice, Criteria
from isopolity.matching.application.candidates.found_cities import (
    STEPS,
    FoundCities,
    FoundCity,
    Sums,
    places_of,
    sums_of,
)
from isopolity.matching.application.workflows.queries.partner_queries import explored
from isopolity.matching.domain.member import Request
from isopolity.matching.domain.scores.confidence import of_city
from isopolity.matching.domain.scores.programme_eligibility import roughly
from isopolity.matching.entrypoints.http.context import Matching, MemberOrStaff, require_own
from isopolity.matching.entrypoints.http.view import View
from isopolity.matching.errors import InvalidWhatIf
from isopolity.thesaurus.concepts import MOST_TOPICS
from isopolity.web.routing import ServiceRouter
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/matching/v1")
_MOST: Final = 10**12
_Amount = Annotated[int | None, Field(ge=0, le=_MOST)]
_PEOPLE: Final = 2 * 10**9
_People = Annotated[int | None, Field(ge=0, le=_PEOPLE)]
_Code = Annotated[str, Field(max_length=64)]
_Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]


class CriteriaQuery(View):
    """The fields of a programme that decide which cities it reaches; an omitted field sets no bound."""

    model_config = ConfigDict(extra="forbid")

    subjects: list[_Code] = Field(default=[], max_length=len(SUBJECTS), description="Give it again for another.")
    topics: list[_Code] = Field(default=[], max_length=MOST_TOPICS)
    supports: list[_Code] = Field(default=[], max_length=len(SUPPORTS), description="None and no amounts: all.")
    regions: list[_Code] = Field(default=[], max_length=len(REGIONS), description="Served; none: all.")
    countries: list[_Country] = Field(default=[], max_length=250, description="Served; none: all.")
    population_min: _People = None
    population_max: _People = None
    currency: str = Field(default="EUR", pattern="^[A-Z]{3}$", description="Of all amounts; ISO 4217.")
    budget: _Amount = None
    grant_min: int = Field(default=0, ge=0, le=_MOST)
    grant_max: _Amount = None

    def criteria(self) -> Criteria:
        """The criteria in the form of the engine. Raises InvalidWhatIf if a range ends below its beginning."""
        _require_order((self.grant_min, self.grant_max), (self.population_min, self.population_max))
        given = {name: getattr(self, name) for name in _CRITERIA}
        values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in given.items()}
        return Criteria(**values)


class SumsView(View):
    """The sums over the cities that fit."""

    cities: int
    requests: int = Field(description="Their requests that fit.")
    people: int = Field(description="Inhabitants of these cities.")
    unknown: int = Field(description="Cities whose inhabitants are not known.")
    first_ties: int = Field(description="Cities that have no public tie yet.")
    regions: Mapping[str, int]
    fits: list[int] = Field(description=f"Cities by fit, rounded to hundredths, in {STEPS} equal steps from 0 to 1.")
    sizes: list[int] = Field(description="Cities of below 50,000, 200,000 and a million inhabitants, and beyond.")
    blocked: Mapping[str, int] = Field(description="Cities that do not fit by what blocks them first, where asked for.")

    @classmethod
    def of(cls, found: FoundCities) -> Self:
        """Make the view of the sums of the cities that were found."""
        return cls.of_sums(sums_of(found))

    @classmethod
    def of_sums(cls, sums: Sums) -> Self:
        """Make the view of given sums."""
        return cls.model_validate(sums)


@router.get("/partners/{partner_id}/reach")
async def reach_of_criteria(
    matching: Matching, principal: MemberOrStaff, partner_id: str, query: Annotated[CriteriaQuery, Query()]
) -> SumsView:
    """The number of cities and requests that fit the criteria, their regions, and the people who live there.

    The criteria need not be those of an existing programme. No proposal is made.
    """
    _require_own(principal, partner_id)
    return await explored(partner_id, query.criteria(), matching.surroundings, SumsView.of)


class ExplorerQuery(CriteriaQuery):
    """Criteria, the cities to look at, and the extent of the answer."""

    city_id: _Code | None = Field(default=None, description="Only this city.")
    region: _Code | None = Field(default=None, description="Only cities of this region.")
    country: _Country | None = None
    subject: _Code | None = Field(default=None, description="Only about this subject.")
    size_min: _People = Field(
        default=None, description="Only cities of at least so many inhabitants, or of an unknown number."
    )
    size_max: _People = None
    asked_min: _Amount = Field(default=None, description="Only requests that would accept so much or more, about.")
    asked_max: _Amount = None
    benefits_min: _People = Field(default=None, description="Only requests for at least so many people.")
    runs_on: date | None = Field(default=None, description="Only requests whose period has this day.")
    payee: str | None = Field(default=None, max_length=200, description="Words of who would receive the money.")
    requests_only: bool = False
    first_tie_only: bool = Field(default=False, description="Only cities that have no public tie yet.")
    with_blocked: bool = Field(default=False, description="Whether those that do not fit are told, too, last.")
    offset: int = Field(default=0, ge=0, le=1_000_000, description="How many of the best are left out.")
    limit: int = Field(default=20, ge=1, le=500)
    part: Literal["cities", "places"] = Field(default="cities", description="The cities, or where they lie.")

    def choice(self) -> Choice:
        """The choice in the form of the engine. Raises InvalidWhatIf if a range ends below its beginning."""
        _require_order((self.size_min, self.size_max), (self.asked_min, self.asked_max))
        return Choice(**{name: getattr(self, name) for name in _CHOICES})


_OF_REQUEST: Final = (
    *("request_id", "amount_min", "amount_max", "currency", "beneficiaries", "starts", "ends", "payee"),
)


class FoundCityView(View):
    """A city as seen by a partner's criteria; fit, blockers and confidence do not influence each other."""

    city_id: str
    name: str
    country: str
    region: str
    population: int | None
    illustrative: bool
    fits: bool = Field(description="Whether nothing blocks it and it scores enough.")
    score: float
    blockers: list[str] = Field(description="Codes of what blocks it, by what is public.")
    confidence: float = Field(description="How well its profile is known, in [0, 1]; no part of the score.")
    first_tie: bool
    request_id: str | None = Field(description="The request that suits best; null: the city, for its needs.")
    request_title: str | None
    amount_min: int | None
    amount_max: int | None
    currency: str | None
    about_min: int | None = Field(description="The amounts in the currency of the criteria, about; null: as they are.")
    about_max: int | None
    beneficiaries: int | None
    starts: date | None
    ends: date | None
    payee: str | None

    @classmethod
    def of(cls, found: FoundCity, found_in: FoundCities, currency: str) -> Self:
        """Make the view of a city; `currency` is that of the criteria."""
        city, request = found.city, found.target.request
        least, most = _about(request, currency) or (None, None)
        return cls.copied(
            city,
            **{name: getattr(request, name, None) for name in _OF_REQUEST},
            fits=found.fits,
            score=round(found.score, 4),
            blockers=list(found.blockers),
            confidence=round(of_city(city, found_in.market.today).value, 3),
            first_tie=found.is_first_tie,
            request_title=request and request.title,
            about_min=least,
            about_max=most,
        )


class PlaceView(View):
    """A city on the map, or the centre of several cities."""

    latitude: float
    longitude: float
    count: int
    name: str


class ExplorerView(View):
    """A page of the cities that the criteria reach, the best first, and the sums over all of them."""

    total: int = Field(description="Cities on all pages.")
    sums: SumsView
    items: list[FoundCityView]
    places: list[PlaceView]
    placed: int = Field(description="Cities that the places stand for.")

    @classmethod
    def of(cls, found: FoundCities, currency: str, offset: int, limit: int, *, with_places: bool) -> Self:
        """Make the view of the page from `offset` on, or with `with_places` of the map."""
        places = [PlaceView.model_validate(each) for each in places_of(found, PLACES)] if with_places else []
        some = [] if with_places else found.taken(slice(offset, offset + limit))
        return cls(
            total=len(found.city),
            sums=SumsView.of(found),
            items=[FoundCityView.of(each, found, currency) for each in some],
            places=places,
            placed=sum(each.count for each in places),
        )


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
    require_own(principal, partner_id, "A partner explores for itself only.")


_CRITERIA: Final = tuple(Criteria.__dataclass_fields__)
_CHOICES: Final = tuple(Choice.__dataclass_fields__)


def _require_order(*ranges: tuple[int | None, int | None]) -> None:
    for low, high in ranges:
        if low is not None and high is not None and high < low:
            raise InvalidWhatIf(f"The most, {high:,}, is less than the least, {low:,}; correct one.")


PLACES: Final = 180
"""The greatest number of places on a map."""


def _about(request: Request | None, currency: str) -> tuple[int, int] | None:
    if request is None or request.currency == currency:
        return None
    return roughly(request.amount_min, request.amount_max, request.currency, currency)

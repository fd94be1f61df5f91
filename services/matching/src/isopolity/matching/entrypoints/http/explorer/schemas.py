"""Views of the cities that criteria reach, and of their sums."""

from collections.abc import Mapping
from datetime import date
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field

from isopolity.matching.application.candidates.found_cities import (
    STEPS,
    FoundCities,
    FoundCity,
    FoundPlace,
    Sums,
    places_of,
    sums_of,
)
from isopolity.matching.domain.member import Request
from isopolity.matching.domain.scores.confidence import of_city
from isopolity.matching.domain.scores.programme_eligibility import roughly

PLACES: Final = 180
"""The greatest number of places on a map."""


class SumsView(BaseModel):
    """The sums over the cities that fit."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "cities": 3,
                    "requests": 1,
                    "people": 1_240_000,
                    "unknown": 0,
                    "first_ties": 2,
                    "regions": {"africa": 2, "arab-states": 1},
                    "fits": [0, 0, 0, 0, 0, 1, 2, 0, 0, 0],
                    "sizes": [0, 1, 2, 0],
                    "blocked": {},
                }
            ]
        },
    )

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


class FoundCityView(BaseModel):
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
        return cls(
            **{name: getattr(city, name) for name in ("city_id", "name", "country", "region", "population")},
            illustrative=city.illustrative,
            fits=found.fits,
            score=round(found.score, 4),
            blockers=list(found.blockers),
            confidence=round(of_city(city, found_in.market.today).value, 3),
            first_tie=found.is_first_tie,
            request_id=request and request.request_id,
            request_title=request and request.title,
            amount_min=request and request.amount_min,
            amount_max=request and request.amount_max,
            currency=request and request.currency,
            about_min=least,
            about_max=most,
            beneficiaries=request and request.beneficiaries,
            starts=request and request.starts,
            ends=request and request.ends,
            payee=request and request.payee,
        )


def _about(request: Request | None, currency: str) -> tuple[int, int] | None:
    if request is None or request.currency == currency:
        return None
    return roughly(request.amount_min, request.amount_max, request.currency, currency)


class PlaceView(BaseModel):
    """A city on the map, or the centre of several cities."""

    model_config = ConfigDict(from_attributes=True)

    latitude: float
    longitude: float
    count: int
    name: str

    @classmethod
    def of(cls, place: FoundPlace) -> Self:
        """Make the view of a place."""
        return cls.model_validate(place)


class ExplorerView(BaseModel):
    """A page of the cities that the criteria reach, the best first, and the sums over all of them."""

    total: int = Field(description="Cities on all pages.")
    sums: SumsView
    items: list[FoundCityView]
    places: list[PlaceView]
    placed: int = Field(description="Cities that the places stand for.")

    @classmethod
    def of(cls, found: FoundCities, currency: str, offset: int, limit: int, *, with_places: bool) -> Self:
        """Make the view of the page from `offset` on, or with `with_places` of the map."""
        places = [PlaceView.of(each) for each in places_of(found, PLACES)] if with_places else []
        some = [] if with_places else found.taken(slice(offset, offset + limit))
        return cls(
            total=len(found.city),
            sums=SumsView.of(found),
            items=[FoundCityView.of(each, found, currency) for each in some],
            places=places,
            placed=sum(each.count for each in places),
        )

"""Criteria and choices as query parameters."""

from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from isopolity.contracts.codes import REGIONS, SUBJECTS, SUPPORTS
from isopolity.matching.application.candidates.criteria import Choice, Criteria
from isopolity.matching.errors import InvalidWhatIf

_MOST: Final = 10**12
_PEOPLE: Final = 2 * 10**9
_Amount = Annotated[int | None, Field(ge=0, le=_MOST)]
_People = Annotated[int | None, Field(ge=0, le=_PEOPLE)]
_Code = Annotated[str, Field(max_length=64)]
_Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]
_CRITERIA: Final = tuple(Criteria.__dataclass_fields__)
_CHOICES: Final = tuple(Choice.__dataclass_fields__)


class CriteriaQuery(BaseModel):
    """The fields of a programme that decide which cities it reaches; an omitted field sets no bound."""

    model_config = ConfigDict(extra="forbid")

    subjects: list[_Code] = Field(default=[], max_length=len(SUBJECTS), description="Give it again for another.")
    supports: list[_Code] = Field(default=[], max_length=len(SUPPORTS))
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


def _require_order(*ranges: tuple[int | None, int | None]) -> None:
    for low, high in ranges:
        if low is not None and high is not None and high < low:
            raise InvalidWhatIf(f"The most, {high:,}, is less than the least, {low:,}; correct one.")

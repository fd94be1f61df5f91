"""Inputs, over HTTP or in a file: one set of models for both, so that both refuse alike.

Invariant: an unknown field is refused, since a misspelt one would otherwise be lost silently. A text is looked at where
it differs from what is `stored`; whoever changes an entry gives that.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from isopolity.registry.domain.application import REFUSALS
from isopolity.registry.domain.city import CityProfile, Interest
from isopolity.registry.domain.contact import Person
from isopolity.registry.domain.partner import PartnerProfile, Programme
from isopolity.registry.domain.privacy import Path
from isopolity.registry.domain.request import RequestDetails
from isopolity.registry.domain.wording import refuse_unfit
from isopolity.registry.entrypoints import examples
from isopolity.registry.entrypoints import field_types as f


class Input(BaseModel):
    """The base of all inputs."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)


class InterestInput(Input):
    """A need or an offer."""

    subject: f.Subject
    intensity: Annotated[int, Field(ge=1, le=5), f.Digits]
    mode: f.Mode
    valid_until: f.Day | None = None

    def interest(self) -> Interest:
        """In the words of the domain."""
        return Interest(subject=self.subject, intensity=self.intensity, mode=self.mode, valid_until=self.valid_until)


Interests = Annotated[tuple[InterestInput, ...], Field(max_length=60)]


class PersonInput(Input):
    """A person who answers for a member; never part of an event."""

    role: f.Role = "coordinator"
    name: f.Name
    email: f.Email
    language: f.Language = "en"

    def person(self, stored: Person | None = None, *, place: Path = ()) -> Person:
        """In the words of the domain. Raises InvalidProfile, with paths that begin with `place`."""
        person = Person(role=self.role, name=self.name, email=self.email, language=self.language)
        refuse_unfit(person, stored, place=place)
        return person


class CityInput(Input):
    """A city's profile."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CITY]})

    kind: f.CityKind
    name: f.Name
    country: f.Country
    local_names: Annotated[tuple[f.Name, ...], Field(max_length=50)] = ()
    geonames_id: f.GeoNamesId | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    population: f.Count | None = None
    languages: f.Languages = ()
    learning_city_since: f.Year | None = None
    creative_field: f.CreativeField | None = None
    web: f.Web | None = None
    can_travel: bool = True
    can_host: bool = True
    online_only: bool = False
    wants_own_country: bool = False
    capacity: Annotated[int, Field(ge=0, le=1000), f.Digits] = 1
    needs: Interests = ()
    offers: Interests = ()
    illustrative: bool = False

    def profile(self, stored: CityProfile | None = None) -> CityProfile:
        """In the words of the domain. Raises InvalidProfile."""
        values = dict(vars(self))
        values.pop("contact", None)
        values["needs"] = tuple([need.interest() for need in self.needs])
        values["offers"] = tuple([offer.interest() for offer in self.offers])
        profile = CityProfile(**values)
        refuse_unfit(profile, stored)
        return profile


class CityApplication(CityInput):
    """A city's profile and, since somebody must be asked, a person to write to."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CITY_APPLICATION]})

    contact: PersonInput | None = None


class ProgrammeInput(Input):
    """A partner's line of support; its id is left out for a new one."""

    programme_id: f.EntryId | None = None
    name: f.Name
    budget: f.Amount
    currency: f.Currency
    grant_min: f.Amount
    grant_max: f.Amount
    opens: f.Day | None = None
    closes: f.Day | None = None
    subjects: f.Subjects = ()
    supports: f.Supports = ()
    regions: f.Regions = ()
    countries: f.Countries = ()
    purpose: Annotated[f.Text, Field(max_length=2000)] | None = None
    eligibility: Annotated[f.Text, Field(max_length=2000)] | None = None
    population_min: f.Count | None = None
    population_max: f.Count | None = None
    cities: Annotated[int, Field(ge=0, le=10_000), f.Digits] = 1

    def programme(self) -> Programme:
        """In the words of the domain."""
        return Programme(**(dict(self) | {"programme_id": self.programme_id or ""}))


class PartnerInput(Input):
    """A partner's profile with its programmes."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PARTNER]})

    kind: f.PartnerKind
    name: f.Name
    home_country: f.Country
    registration_id: Annotated[f.Text, Field(min_length=1, max_length=100)] | None = None
    languages: f.Languages = ()
    web: f.Web | None = None
    programmes: Annotated[tuple[ProgrammeInput, ...], Field(max_length=200)] = ()
    illustrative: bool = False

    def profile(self, stored: PartnerProfile | None = None) -> PartnerProfile:
        """In the words of the domain. Raises InvalidProfile."""
        values = dict(self)
        values.pop("contact", None)
        values["programmes"] = tuple([programme.programme() for programme in self.programmes])
        profile = PartnerProfile(**values)
        refuse_unfit(profile, stored)
        return profile


class PartnerApplication(PartnerInput):
    """A partner's profile and a person to write to."""

    contact: PersonInput | None = None


class RequestInput(Input):
    """A city's request to sponsors."""

    title: f.Name
    description: Annotated[f.Text, Field(max_length=4000)] = ""
    amount_min: f.Amount
    amount_max: f.Amount
    currency: f.Currency
    starts: f.Day | None = None
    ends: f.Day | None = None
    beneficiaries: f.Count | None = None
    payee: f.Name | None = None
    subjects: f.Subjects = ()
    illustrative: bool = False

    def details(self, stored: RequestDetails | None = None) -> RequestDetails:
        """In the words of the domain. Raises InvalidProfile."""
        values: dict[str, Any] = {name: getattr(self, name) for name in RequestInput.model_fields}
        details = RequestDetails(**values)
        refuse_unfit(details, stored)
        return details


class NewRequest(RequestInput):
    """A request with the city that asks."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.REQUEST]})

    city_id: f.EntryId


class TwinningInput(Input):
    """Two cities that are twinned already; the order does not matter."""

    city_a: f.EntryId
    city_b: f.EntryId
    since: f.Year | None = None


class NewContact(PersonInput):
    """A person with the member that he or she answers for."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CONTACT]})

    member_kind: Literal["city", "partner"]
    member_id: f.EntryId


class Endorsements(Input):
    """The applicants that staff endorses, all at once."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"cities": ["0193e0a2-0000-7000-8000-000000000000"], "partners": []}]}
    )

    cities: Annotated[tuple[f.EntryId, ...], Field(max_length=1000)] = ()
    partners: Annotated[tuple[f.EntryId, ...], Field(max_length=1000)] = ()


class Refusal(Input):
    """Why an application is refused."""

    reason: Annotated[str, f.OneOf(REFUSALS, "reason")]


class Confirmation(Input):
    """The secret of a mailed link."""

    secret: Annotated[str, Field(strict=True, min_length=1, max_length=200)]

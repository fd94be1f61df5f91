"""Inputs, over HTTP or in files: one set of models for both, so that both are validated alike.

Invariant: unknown fields are refused, since a misspelt one would otherwise be lost silently. Texts are checked if they
differ from the `stored` entry, which callers pass for a change.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from isopolity.contracts.validation_sentences import DIGITS
from isopolity.registry.domain.city import CityProfile, Interest, refuse_contradiction
from isopolity.registry.domain.contact import Person
from isopolity.registry.domain.member import USUAL, CapacityDefaults
from isopolity.registry.domain.partner import PartnerProfile, Programme
from isopolity.registry.domain.privacy import Path
from isopolity.registry.domain.request import RequestDetails
from isopolity.registry.domain.wording import refuse_unfit
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.examples import with_examples


class Input(BaseModel):
    """The base of all inputs."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        str_strip_whitespace=True,
        use_attribute_docstrings=True,
        json_schema_extra=with_examples,
    )


class InterestInput(Input):
    """A need or an offer."""

    subject: f.Subject
    """Subject of the need or offer."""
    intensity: Annotated[int, Field(ge=1, le=5), DIGITS]
    """How much a need matters to the city, or how well it knows what it offers: 5 is most."""
    mode: f.Mode
    """How the city would work together."""
    valid_until: f.Day | None = None
    """Last day; empty if it does not end."""
    title: f.Title | None = None
    """Title in the city's own words: at most 80 characters."""
    text: f.Paragraph | None = None
    """Further words of the city: one paragraph of at most 500 characters."""
    language: f.Language | None = None
    """Language of title and text."""
    topics: f.Topics = ()
    """Up to three topics, as `topic.<number>`: concepts of the UNESCO Thesaurus."""

    @cached_property
    def interest(self) -> Interest:
        """The domain object; cached, since the needs and offers of a file often repeat."""
        return Interest(**{name: getattr(self, name) for name in InterestInput.model_fields})


MOST_INTERESTS: Final = 60
"""The most needs of a city, and the most offers."""
Interests = Annotated[tuple[InterestInput, ...], Field(max_length=MOST_INTERESTS)]


class PersonInput(Input):
    """A person who answers for a member; never part of an event."""

    role: f.Role = "coordinator"
    """Role of the person for the member."""
    name: f.Name
    """Name of a person, or of an office."""
    email: f.Email
    """Address to which mails go."""
    language: f.Language = "en"
    """Language in which mails are written."""

    def person(self, stored: Person | None = None, *, place: Path = ()) -> Person:
        """The domain object. Raises InvalidProfile, with paths that begin with `place`."""
        person = Person(role=self.role, name=self.name, email=self.email, language=self.language)
        refuse_unfit(person, stored, place=place)
        return person


_IN_PERSON: Final = frozenset({"can_travel", "can_host"})


class CityInput(Input):
    """A city's profile."""

    kind: f.CityKind
    """Kind of member."""
    name: f.Name
    """Name in English, or as the city itself writes it in Latin letters."""
    country: f.Country
    """Country."""
    local_names: Annotated[tuple[f.Name, ...], Field(max_length=50)] = ()
    """Other names, such as in the languages of the city."""
    geonames_id: f.GeoNamesId | None = None
    """Number of the city at geonames.org, which tells it from others of its name."""
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    """Degrees north of the equator; negative in the south."""
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    """Degrees east of Greenwich; negative in the west."""
    population: f.Count | None = None
    """Inhabitants."""
    time_zone: f.TimeZone | None = None
    """Time zone, by its name in the IANA database, such as Europe/Helsinki."""
    languages: f.Languages = ()
    """Working languages, most used first."""
    learning_city_since: f.Year | None = None
    """Year in which it joined the network of learning cities."""
    creative_field: f.CreativeField | None = None
    """Field as a UNESCO Creative City."""
    about: f.Words | None = None
    """Who it is, in its own words: one paragraph of at most 300 characters."""
    web: f.Web | None = None
    """Web page."""
    can_travel: bool = True
    """Whether its people can travel to partners; if it is left out, they can unless the city works online only."""
    can_host: bool = True
    """Whether it can receive partners; if it is left out, it can unless it works online only."""
    online_only: bool = False
    """Whether it works online only, and so neither travels nor receives partners."""
    wants_own_country: bool = False
    """Whether partners in its own country are welcome."""
    shows_ratings: bool = False
    """Whether others see how it rates its needs and offers, from 1 to 5; partners are chosen by them in any case."""
    capacity: Annotated[int, Field(ge=0, le=1000), DIGITS] | None = None
    """How many twinnings it can handle at a time, open proposals too; empty: what staff has chosen, else 1."""
    sponsorship_capacity: Annotated[int, Field(ge=0, le=1000), DIGITS] | None = None
    """How many sponsorships it can handle at a time; empty: as many as `capacity`."""
    paused_until: f.Day | None = None
    """Day from which it wants new proposals again; until then it gets none. Other members do not see this."""
    needs: Interests = ()
    """Subjects on which it looks for partners."""
    offers: Interests = ()
    """Subjects on which it can help others."""
    illustrative: bool = False
    """Whether needs and offers were made up for a demonstration."""

    def profile(self, stored: CityProfile | None = None, *, usual: CapacityDefaults = USUAL) -> CityProfile:
        """The domain object. Raises InvalidProfile."""
        values = {name: getattr(self, name) for name in CityInput.model_fields}
        values["capacity"] = usual.city if self.capacity is None else self.capacity
        values |= dict.fromkeys(_IN_PERSON - self.model_fields_set, not self.online_only)
        values["needs"] = tuple([need.interest for need in self.needs])
        values["offers"] = tuple([offer.interest for offer in self.offers])
        profile = CityProfile(**values)
        refuse_contradiction(profile, stored)
        refuse_unfit(profile, stored)
        return profile


class CityApplication(CityInput):
    """A city's profile and, since somebody must be asked, a person to write to."""

    contact: PersonInput | None = None


class ProgrammeInput(Input):
    """A partner's line of support; its id is left out for a new one."""

    programme_id: f.EntryId | None = None
    """Id of a programme that is stored."""
    name: f.Name
    """Name of the programme, one of its own among those of the partner."""
    budget: f.Amount = 0
    """Whole budget, in whole units of the currency; 0: it gives no money."""
    currency: f.Currency
    """Currency, as its three letters of ISO 4217."""
    grant_min: f.Amount = 0
    """Least that a grant is worth."""
    grant_max: f.Amount = 0
    """Most that a grant is worth; not above the budget; 0: it gives no money."""
    opens: f.Day | None = None
    """First day for applications."""
    closes: f.Day | None = None
    """Last day for applications."""
    subjects: f.Subjects = ()
    """Subjects that it supports."""
    supports: f.Supports = ()
    """In which form it supports."""
    regions: f.Regions = ()
    """Regions served; empty means all."""
    countries: f.Countries = ()
    """Countries served within the regions; empty means all."""
    purpose: Annotated[f.Text, Field(max_length=2000)] | None = None
    """Purpose, in full sentences."""
    eligibility: Annotated[f.Text, Field(max_length=2000)] | None = None
    """Other conditions, in full sentences."""
    population_min: f.Count | None = None
    """Least inhabitants of a city."""
    population_max: f.Count | None = None
    """Most inhabitants of a city."""
    cities: Annotated[int, Field(ge=0, le=10_000), DIGITS] | None = None
    """How many cities it can take at a time; empty: what staff has chosen, else 1."""
    topics: f.Topics = ()
    """Up to three topics, as `topic.<number>`: concepts of the UNESCO Thesaurus."""
    language: f.Language | None = None
    """Language of name, purpose and conditions."""

    def programme(self, usual: CapacityDefaults = USUAL) -> Programme:
        """The programme as the domain has it."""
        cities = usual.programme if self.cities is None else self.cities
        return Programme(**(dict(self) | {"programme_id": self.programme_id or "", "cities": cities}))


class PartnerInput(Input):
    """A partner's profile with its programmes."""

    kind: f.PartnerKind
    """Kind of partner."""
    name: f.Name
    """Name of the organisation."""
    home_country: f.Country
    """Country in which it is at home."""
    registration_id: Annotated[f.Text, Field(min_length=1, max_length=100)] | None = None
    """Number in a public register, which tells it from others of its name."""
    languages: f.Languages = ()
    """Working languages, most used first."""
    about: f.Words | None = None
    """Who it is, in its own words: one paragraph of at most 300 characters."""
    web: f.Web | None = None
    """Web page."""
    time_zone: f.TimeZone | None = None
    """Time zone, by its name in the IANA database, such as Europe/Helsinki: days to answer end by it."""
    programmes: Annotated[tuple[ProgrammeInput, ...], Field(max_length=200)] = ()
    """Lines of support."""
    paused_until: f.Day | None = None
    """Day from which it wants new proposals again; until then it gets none. Other members do not see this."""
    illustrative: bool = False
    """Whether it was made up for a demonstration."""

    def profile(self, stored: PartnerProfile | None = None, *, usual: CapacityDefaults = USUAL) -> PartnerProfile:
        """The domain object. Raises InvalidProfile."""
        values: dict[str, Any] = {name: getattr(self, name) for name in PartnerInput.model_fields}
        values["programmes"] = tuple([programme.programme(usual) for programme in self.programmes])
        profile = PartnerProfile(**values)
        refuse_unfit(profile, stored)
        return profile


class PartnerApplication(PartnerInput):
    """A partner's profile and a person to write to."""

    contact: PersonInput | None = None


class RequestInput(Input):
    """A city's request to sponsors."""

    title: f.Name
    """Title, one of its own among those of the city."""
    description: f.Description = ""
    """Purpose of the money, in full sentences: at most 500 characters."""
    amount_min: f.Amount
    """Least that would help, in whole units of the currency."""
    amount_max: f.Amount
    """Most that is asked for."""
    currency: f.Currency
    """Currency, as its three letters of ISO 4217."""
    starts: f.Day | None = None
    """First day."""
    ends: f.Day | None = None
    """Last day."""
    beneficiaries: f.Count | None = None
    """How many people it is for."""
    payee: f.Name | None = None
    """Organisation that would receive the money; never a person."""
    subjects: f.Subjects = ()
    """Subjects of the project."""
    topics: f.Topics = ()
    """Up to three topics, as `topic.<number>`: concepts of the UNESCO Thesaurus."""
    language: f.Language | None = None
    """Language of title and description."""
    illustrative: bool = False
    """Whether it was made up for a demonstration."""

    def details(self, stored: RequestDetails | None = None) -> RequestDetails:
        """The domain object. Raises InvalidProfile."""
        values: dict[str, Any] = {name: getattr(self, name) for name in RequestInput.model_fields}
        details = RequestDetails(**values)
        refuse_unfit(details, stored)
        return details


FIELDS_OF_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "who": (
        *("kind", "name", "local_names", "about", "languages", "web"),
        *("learning_city_since", "creative_field", "registration_id"),
    ),
    "where": ("country", "home_country", "geonames_id", "latitude", "longitude", "population", "time_zone"),
}
"""The fields of two steps of a draft; a city's other fields are in `needs`, a partner's in `programmes`."""

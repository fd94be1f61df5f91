"""Members and requests as matching sees them.

Invariant: they hold only the fields that decide whether and how well two of them fit, and those that mails quote.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from isopolity.matching.domain.meaning.own_words import OwnWords

TWINNING: Final = "twinning"
SPONSORSHIP: Final = "sponsorship"
KINDS: Final = (TWINNING, SPONSORSHIP)
"""The kinds of pairs."""
ENDORSED: Final = "endorsed"
WITHDRAWN: Final = "withdrawn"
_CITY: Final = "city/"
_SPONSORSHIPS: Final = "/sponsorships"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A need or an offer: a subject, an intensity from 1 to 5, a mode, the last day on which it is valid, and the
    title, text and topics that the city gives it.
    """

    subject: str
    intensity: int
    mode: str
    valid_until: date | None = None
    title: str | None = None
    text: str | None = None
    language: str | None = None
    """The language of title and text."""
    topics: tuple[str, ...] = ()
    """Concepts of the UNESCO Thesaurus, as `topic.<number>`; at most three."""
    words: OwnWords | None = field(default=None, repr=False)
    """Title and text as features for comparing; None without any, or where they have not been read."""

    def stands(self, today: date) -> bool:
        """Whether it is still valid on this day; a topic without a last day always is."""
        return self.valid_until is None or self.valid_until >= today


def is_paused(paused_until: date | None, today: date) -> bool:
    """Whether a member wants no new proposals: its pause ends after `today`."""
    return paused_until is not None and today < paused_until


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """A member city; a missing field is None or an empty tuple."""

    city_id: str
    version: int
    status: str
    kind: str
    name: str
    country: str
    region: str
    geonames_id: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    time_zone: str | None = None
    """Its IANA name; that of the nearest place if the city has not named one."""
    population: int | None = None
    languages: tuple[str, ...] = ()
    learning_city_since: int | None = None
    creative_field: str | None = None
    about: str | None = None
    """The city's introduction of itself, for members to whom it is proposed."""
    web: str | None = None
    can_travel: bool = True
    can_host: bool = True
    online_only: bool = False
    wants_own_country: bool = False
    shows_ratings: bool = False
    """Whether others may learn the intensities of its needs and offers."""
    capacity: int = 1
    """The number of twinnings that it can handle at a time: open proposals and new partnerships."""
    sponsorship_capacity: int | None = None
    """The number of sponsorships that it can handle at a time; None means as many as `capacity`."""
    paused_until: date | None = None
    avoided_countries: tuple[str, ...] = ()
    """The countries with which it cannot work; nobody else may learn of them, nor of what follows from them."""
    needs: tuple[Topic, ...] = ()
    offers: tuple[Topic, ...] = ()
    illustrative: bool = False
    told_on: date | None = None
    """The day on which it last updated its profile; None if unknown."""

    @property
    def travels(self) -> bool:
        """Whether its people can visit a partner: it can travel and is not online only."""
        return self.can_travel and not self.online_only

    @property
    def hosts(self) -> bool:
        """Whether it can receive a partner's people: it can host and is not online only."""
        return self.can_host and not self.online_only

    @property
    def whereabouts(self) -> tuple[object, ...]:
        """The fields that identify the place, its location and its size; affinity depends on these alone."""
        return self.kind, self.geonames_id, self.name, self.country, self.latitude, self.longitude, self.population

    @property
    def member_id(self) -> str:
        """The city's id, under the attribute's name that cities and programmes share."""
        return self.city_id

    @property
    def home(self) -> str:
        """The country that it lies in, under the attribute's name that cities and programmes share."""
        return self.country

    @property
    def twinning_holder(self) -> str:
        """The holder of the city's capacity for twinnings; see `twinning_holder`."""
        return twinning_holder(self.city_id)

    @property
    def sponsorship_holder(self) -> str:
        """The holder of the city's capacity for sponsorships; see `sponsorship_holder`."""
        return sponsorship_holder(self.city_id)

    @property
    def can_be_sponsored(self) -> bool:
        """Whether it can handle sponsorships at all."""
        return (self.capacity if self.sponsorship_capacity is None else self.sponsorship_capacity) > 0

    @property
    def capacities(self) -> Mapping[str, int]:
        """The city's capacities by holder: one for twinnings, one for sponsorships."""
        return city_capacities(self.city_id, self.capacity, self.sponsorship_capacity)

    @property
    def key(self) -> str:
        """The city's key, unique among members of all kinds."""
        return member_key("city", self.city_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A partner's line of support with facts about the partner; amounts are whole units of `currency`."""

    programme_id: str
    partner_id: str
    partner_version: int
    partner_kind: str
    partner_name: str
    status: str
    home_country: str
    name: str
    budget: int
    currency: str
    grant_min: int
    grant_max: int
    languages: tuple[str, ...] = ()
    about: str | None = None
    """The partner's introduction of itself."""
    web: str | None = None
    """The address of the partner's web site."""
    purpose: str | None = None
    opens: date | None = None
    closes: date | None = None
    subjects: tuple[str, ...] = ()
    supports: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    eligibility: str | None = None
    population_min: int | None = None
    population_max: int | None = None
    cities: int = 1
    topics: tuple[str, ...] = ()
    language: str | None = None
    """The language of name, purpose and eligibility."""
    paused_until: date | None = None
    """The day on which the partner's pause ends; None: it has not paused."""
    illustrative: bool = False
    told_on: date | None = None
    """The day on which the partner last updated its profile; None if unknown."""
    words: OwnWords | None = field(default=None, repr=False)
    """Name and purpose as features for comparing; None without any, or where they have not been read."""

    @property
    def member_id(self) -> str:
        """The id of the partner, under the attribute's name that cities and programmes share."""
        return self.partner_id

    @property
    def home(self) -> str:
        """The country of the partner, under the attribute's name that cities and programmes share."""
        return self.home_country

    @property
    def holder(self) -> str:
        """The holder of the programme's capacity; see `programme_holder`."""
        return programme_holder(self.partner_id, self.programme_id)

    @property
    def key(self) -> str:
        """The key of the programme's partner, unique among members of all kinds."""
        return member_key("partner", self.partner_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A city's request for support from sponsors."""

    request_id: str
    version: int
    status: str
    city_id: str
    title: str
    amount_min: int
    amount_max: int
    currency: str
    description: str = ""
    starts: date | None = None
    ends: date | None = None
    beneficiaries: int | None = None
    payee: str | None = None
    subjects: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    language: str | None = None
    """The language of title and description."""
    illustrative: bool = False
    words: OwnWords | None = field(default=None, repr=False)
    """Title and description as features for comparing; None without any, or where they have not been read."""

    def stands(self, today: date) -> bool:
        """Whether a sponsor can still answer it on this day."""
        return self.status == "published" and (self.ends is None or self.ends >= today)


def twinning_holder(city_id: str) -> str:
    """The name under which a city holds capacity for twinnings."""
    return f"{_CITY}{city_id}"


def sponsorship_holder(city_id: str) -> str:
    """The name under which a city holds capacity for sponsorships."""
    return f"{_CITY}{city_id}{_SPONSORSHIPS}"


def programme_holder(partner_id: str, programme_id: str) -> str:
    """The name under which a programme holds capacity."""
    return f"programme/{partner_id}/{programme_id}"


def city_capacities(city_id: str, capacity: int, sponsorship_capacity: int | None) -> Mapping[str, int]:
    """A city's capacities by holder; `sponsorship_capacity` None means as many sponsorships as twinnings."""
    sponsorships = capacity if sponsorship_capacity is None else sponsorship_capacity
    return {twinning_holder(city_id): capacity, sponsorship_holder(city_id): sponsorships}


def owner(holder: str) -> str:
    """The owner of a holder: a city's key, or for a programme the holder itself."""
    return holder.removesuffix(_SPONSORSHIPS) if holder.startswith(_CITY) else holder


def holders_of(owner: str) -> tuple[str, ...]:
    """The holders of an owner's capacity: two for a city, one for a programme."""
    if not owner.startswith(_CITY):
        return (owner,)
    city_id = owner.removeprefix(_CITY)
    return twinning_holder(city_id), sponsorship_holder(city_id)


def holders_of_pair(one: str, other: str) -> tuple[str, str]:
    """The two holders whose capacity a pair takes, in the order given; holders may be given instead of owners."""
    first, second = owner(one), owner(other)
    if first.startswith(_CITY) == second.startswith(_CITY):
        return first, second
    return holders_of(first)[-1], holders_of(second)[-1]


def kind_of(holder: str) -> str:
    """The kind of pairs that take capacity from a holder: `twinning` or `sponsorship`."""
    return TWINNING if holder.startswith(_CITY) and owner(holder) == holder else SPONSORSHIP


def member_key(kind: str, member_id: str) -> str:
    """The key of a member, unique among members of all kinds."""
    return f"{kind}/{member_id}"


def twinning_pair(one: str, other: str) -> str:
    """The key of a pair of cities; the order of the two does not matter."""
    return ":".join(sorted((one, other)))


def sponsorship_pair(programme: str, city_id: str) -> str:
    """The key of a programme, given by its holder, paired with a city."""
    return f"{programme}:{city_id}"

"""Ports of the directory: search criteria, and read access to entries.

Invariant: callers without further rights see only endorsed members, and requests and twinnings of endorsed cities.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol, TypeVar

from isopolity.registry.application.known_members import KnownMember
from isopolity.registry.application.ports import Aggregate
from isopolity.registry.domain.contact import Contact

EntryT = TypeVar("EntryT", bound=Aggregate, covariant=True)

Order = Literal["arrival", "newest", "name", "least", "most"]
"""Orders of a list: by arrival, newest first, or by `sort_name`; requests also by their least amount, ascending, or
their most, descending. Ties are ordered by id.
"""

Position = str | tuple[str | int, str]


class Box(NamedTuple):
    """Bounds in degrees. A place on the southern or western bound lies within, one on the others does not.

    The North Pole and the meridian of 180 degrees lie within a box that ends there.
    """

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Criteria for entries; None or empty means any."""

    statuses: tuple[str, ...] = ()
    country: str | None = None
    region: str | None = None
    """The region of a member, or of a request's city."""
    subject: str | None = None
    """A subject that a city needs or offers."""
    need: str | None = None
    offer: str | None = None
    need_topic: str | None = None
    offer_topic: str | None = None
    """Topics of a need or an offer, whatever its subject and mode."""
    mode: str | None = None
    """The mode of the wanted subject, need or offer; without these, of any need or offer."""
    language: str | None = None
    """A working language; `pt` also finds `pt-BR`."""
    population_min: int | None = None
    population_max: int | None = None
    """Bounds of the inhabitants, both included; members without a number are not found."""
    within: Box | None = None
    """Part of the map in which a city must lie; cities without a position are not found."""
    ids: tuple[str, ...] | None = None
    order: Order = "arrival"
    text: str | None = None
    """Words that the name, or a request's title or description, must all contain; accents and case are ignored."""
    or_keys: Sequence[str] = ()
    """Natural keys of entries that `text` finds, too, whatever their names."""
    currency: str | None = None
    """Currency of a request, whose range of amounts must meet the next two bounds, both included."""
    asked_min: int | None = None
    asked_max: int | None = None
    benefits_min: int | None = None
    """The least number of people that a request must be for; requests without a number are not found."""
    runs_on: date | None = None
    """A day within the request's period; a missing first or last day means no bound."""
    payee: str | None = None
    """Words of the payee's name."""
    city_id: str | None = None
    kind: str | None = None
    """The kind of a partner: foundation, company and so on."""
    member_kind: str | None = None
    """`city` or `partner`."""
    waiting_at: datetime | None = None
    """Only applications that wait for staff at this time."""
    has_waiting: bool = False
    """Only partners with programmes that wait for staff."""
    natural_keys: tuple[str, ...] | None = None
    """Natural keys of members; the member must have one of them."""
    member_keys: tuple[str, ...] | None = None
    """Natural keys of future members; an application must be for one of them."""
    of_city: str | None = None
    """Only twinnings of this city."""
    visible_cities_only: bool = False
    requests_of: str | None = None
    """Only changes of requests of this city."""
    without_contact: bool = False
    """Only members without contacts."""
    without_confirmed_contact: bool = False
    """Only members whose contacts are all unconfirmed."""
    unchanged_since: datetime | None = None
    """Only members without a known change since this time."""


class Directory(Protocol[EntryT]):
    """Read access to the entries of one kind."""

    async def get(self, identifier: str) -> EntryT | None:
        """The entry, whatever its status, or None."""

    async def page(self, wanted: Filter, *, after: Position | None, limit: int) -> Sequence[EntryT]:
        """The next entries after a position: an id, or a name or amount together with an id."""

    async def total(self, wanted: Filter) -> int:
        """The number of wanted entries."""

    async def counts(self) -> dict[str, int]:
        """The number of entries by status."""


class MemberDirectory(Directory[EntryT], Protocol[EntryT]):
    """Read access to members of one kind."""

    async def in_countries(self, countries: Collection[str]) -> Sequence[KnownMember]:
        """The identities of all members of these countries, whatever their status."""

    async def smallest(self, countries: Collection[str], most: int) -> Sequence[str]:
        """Those of these countries that have the fewest present members, together at most `most`."""


class ContactDirectory(Protocol):
    """Read access to contacts."""

    async def get(self, contact_id: str) -> Contact | None:
        """The contact, or None."""

    async def of_member(self, member_id: str) -> Sequence[Contact]:
        """All contacts of a member."""

    async def of_members(self, member_ids: Collection[str]) -> Sequence[Contact]:
        """All contacts of these members, in the order of their ids."""

    async def active(self, contact_ids: Sequence[str]) -> Sequence[Contact]:
        """The contacts among these that exist and whose member is in the network."""

    async def matching(self, text: str, limit: int) -> Sequence[Contact]:
        """The first contacts with the address `text`, or, if it is no address, with all its words in their names."""

    async def was_erased(self, contact_id: str) -> bool:
        """Whether a contact with this id existed and was erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A city on the map, or the centre of several neighbouring ones."""

    latitude: float
    longitude: float
    count: int
    name: str
    """The name of the city, or of the first of them by name."""
    city_id: str | None = None
    """None for several."""
    extent: Box | None = None
    """The least and largest latitude and longitude of several cities; None for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Positions of cities: `total` cities match, of which `placed` have known positions, in `places`."""

    among: int
    """The number of cities that were searched: those of the same status."""
    total: int
    placed: int
    places: Sequence[Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A twinning on the map, between two positions, or several twinnings between neighbouring cities."""

    start: tuple[float, float]
    end: tuple[float, float]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CityName:
    """A city's id, name and country, for lists of other things; what it looks for or offers there, by its own title."""

    city_id: str
    name: str
    country: str
    illustrative: bool
    title: str | None = None
    language: str | None = None
    """The language of the title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A subject with the numbers of cities that need and offer it, and the first of both by name."""

    subject: str
    seeking: int
    offering: int
    first_seeking: Sequence[CityName]
    first_offering: Sequence[CityName]


class SeekingBoard(Protocol):
    """Read access to subjects with the cities that need and offer them."""

    async def counts(self, wanted: Filter) -> Mapping[str, tuple[int, int]]:
        """The numbers of cities that need and offer each subject; only the wanted subject, if there is one."""

    async def counts_of(self, wanted: Filter, codes: Collection[str]) -> Mapping[str, tuple[int, int]]:
        """The numbers of cities that need and offer each of these subjects and topics."""

    async def first(self, wanted: Filter, counts: Mapping[str, tuple[int, int]], *, most: int) -> Sequence[Sought]:
        """The subjects of `counts` in their order, each with the first `most` cities on both sides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Numbers of endorsed cities and partners, published requests and declared twinnings."""

    cities: int
    partners: int
    requests: int
    twinnings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Homes:
    """Numbers of endorsed cities and partners, and of published requests of endorsed cities, by country."""

    cities: Mapping[str, int]
    partners: Mapping[str, int]
    requests: Mapping[str, int]


class Atlas(Protocol):
    """Read access to figures of the network, and to positions for maps."""

    async def figures(self) -> Figures:
        """The figures of the whole network."""

    async def homes(self) -> Homes:
        """The numbers of public entries by country; a country without any is left out."""

    async def cities(self, wanted: Filter, *, most: int) -> Spread:
        """Positions of cities; more than `most` cities are grouped into at most `most` places."""

    async def ties(self, *, most: int) -> tuple[int, Sequence[Line]]:
        """The number of public twinnings with two known positions, and their lines; more than `most` twinnings are
        grouped, and the `most` lines with the most twinnings are returned.
        """

"""The directory: what can be searched for, and who sees what.

Invariant: without a right to more, only endorsed members show, and only what endorsed cities ask and have tied.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol, TypeVar

from isopolity.registry.application.ports import Aggregate
from isopolity.registry.domain.contact import Contact

EntryT = TypeVar("EntryT", bound=Aggregate, covariant=True)

Order = Literal["arrival", "newest", "name", "least", "most"]
"""As entries came, the newest first, or by `sort_name`; requests also by amount: the least that would help from small
to large, or the most that is asked for from large to small. What is equal follows the ids.
"""

Position = str | tuple[str | int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which entries are wanted; None or empty means any."""

    statuses: tuple[str, ...] = ()
    country: str | None = None
    region: str | None = None
    """Where a member belongs; of a request, its city."""
    subject: str | None = None
    """A subject that is needed or offered."""
    need: str | None = None
    offer: str | None = None
    mode: str | None = None
    """The mode of the subject, need or offer that is wanted; where none is, of any need or offer."""
    language: str | None = None
    """A working language; `pt` also finds `pt-BR`."""
    population_min: int | None = None
    population_max: int | None = None
    """Inhabitants, both bounds included; who does not tell them is not found."""
    ids: tuple[str, ...] | None = None
    order: Order = "arrival"
    text: str | None = None
    """Words that must all stand in the name, of a request in title or description, without accents and case."""
    currency: str | None = None
    """Of a request, as the next two: it asks for a range that meets these bounds, both included."""
    asked_min: int | None = None
    asked_max: int | None = None
    benefits_min: int | None = None
    """People that a request says it is for, at least; one that does not say it is not found."""
    runs_on: date | None = None
    """A day of the request's period, which goes on where it has no first or last day."""
    payee: str | None = None
    """Words of the name of who would receive the money."""
    city_id: str | None = None
    kind: str | None = None
    """Of partners: foundation, company and so on."""
    member_kind: str | None = None
    """`city` or `partner`."""
    waiting_at: datetime | None = None
    """Applications alone that wait for staff at that moment."""
    has_waiting: bool = False
    """Partners alone that have programmes which wait for staff."""
    natural_keys: tuple[str, ...] | None = None
    """Natural keys of members, one of which it must have."""
    member_keys: tuple[str, ...] | None = None
    """Natural keys that members would have, one of which an application must be for."""
    of_city: str | None = None
    """A city that is one of a twinning's two."""
    visible_cities_only: bool = False
    requests_of: str | None = None
    """Only changes of requests of this city."""
    without_contact: bool = False
    """Members that nobody answers for."""
    without_confirmed_contact: bool = False
    """Members that have contacts, of which not one is confirmed."""
    unchanged_since: datetime | None = None
    """Members of which nothing has changed since; of some it is not known when they changed last."""


class Directory(Protocol[EntryT]):
    """The entries of one kind, for reading."""

    async def get(self, identifier: str) -> EntryT | None:
        """The entry, whatever its status, or None."""

    async def page(self, wanted: Filter, *, after: Position | None, limit: int) -> Sequence[EntryT]:
        """The next entries after a position: an id, or with it the name or the amount that they follow."""

    async def total(self, wanted: Filter) -> int:
        """How many entries are wanted."""

    async def counts(self) -> dict[str, int]:
        """How many there are by status."""


class KnownNames(NamedTuple):
    """Members by name: their ids, and at the same places their names as lists sort them."""

    member_ids: Sequence[str]
    names: Sequence[str]


class MemberDirectory(Directory[EntryT], Protocol[EntryT]):
    """Members of one kind, for reading."""

    async def names(self, countries: Collection[str], *, most: int | None = None) -> Mapping[str, KnownNames]:
        """The names of the members of each of these countries, but for those that have left.

        Countries are missing, the largest ones, where all of them together have more members than `most`.
        """


class ContactDirectory(Protocol):
    """Contacts, for those who may read them."""

    async def get(self, contact_id: str) -> Contact | None:
        """The contact, or None."""

    async def of_member(self, member_id: str) -> Sequence[Contact]:
        """All contacts of a member."""

    async def of_members(self, member_ids: Collection[str]) -> Sequence[Contact]:
        """All contacts of these members, in the order of their ids."""

    async def active(self, contact_ids: Sequence[str]) -> Sequence[Contact]:
        """Those of these contacts that exist and whose member has not left the network."""

    async def was_erased(self, contact_id: str) -> bool:
        """Whether there was a contact of this id that has been erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A city on the map, or the middle of several that lie near each other."""

    latitude: float
    longitude: float
    count: int
    name: str
    """Of the city, or of the first of them by name."""
    city_id: str | None = None
    """None for several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Where cities lie: all that were asked for are `total`; the places are of the `placed` ones."""

    among: int
    """Cities that were looked through: those of the same status."""
    total: int
    placed: int
    places: Sequence[Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A tie on the map, from a latitude and longitude to others, or several between cities that lie near each other."""

    start: tuple[float, float]
    end: tuple[float, float]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CityName:
    """A city as it is named elsewhere."""

    city_id: str
    name: str
    country: str
    illustrative: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A subject: how many cities look for it and how many offer it, and the first of both by name."""

    subject: str
    seeking: int
    offering: int
    first_seeking: Sequence[CityName]
    first_offering: Sequence[CityName]


class SeekingBoard(Protocol):
    """What cities look for, beside who offers it."""

    async def counts(self, wanted: Filter) -> Mapping[str, tuple[int, int]]:
        """How many of the cities look for each subject, and how many offer it; with a subject wanted that one alone."""

    async def first(self, wanted: Filter, counts: Mapping[str, tuple[int, int]], *, most: int) -> Sequence[Sought]:
        """The subjects of `counts` in their order, each with the first `most` cities of either side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How many take part: endorsed cities and partners, published requests, declared twinnings."""

    cities: int
    partners: int
    requests: int
    twinnings: int


class Atlas(Protocol):
    """How many members and ties there are, and where they lie."""

    async def figures(self) -> Figures:
        """How many take part."""

    async def cities(self, wanted: Filter, *, most: int) -> Spread:
        """Where cities lie: each by itself, or more than `most` of them counted together, in at most `most` places."""

    async def ties(self, *, most: int) -> tuple[int, Sequence[Line]]:
        """How many public ties have two known places, and those: each by itself, or, where they are more than `most`,
        the `most` lines that stand for the largest numbers of them.
        """

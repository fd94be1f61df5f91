"""The members in the domain's network under internal ids, and the mapping between these and the caller's ids.

Invariant: an id names one city or one programme; an internal id depends on the ids alone, not on the order of the rows.

The tables of cities, programmes and requests have known columns. Invariant: an unknown column whose name looks like a
misspelt one is refused, since ignoring it would hide the mistake; other unknown columns are ignored.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from isopolity.matching.domain.member import holders_of, member_key, programme_holder
from isopolity.matching.domain.network import Network, Tie
from isopolity.matching.entrypoints.library import tables
from isopolity.matching.entrypoints.library.member_rows import (
    ProgrammeRow,
    city_row,
    partner_state,
    programme_row,
    request_row,
)
from isopolity.matching.entrypoints.library.tables import (
    SIDES,
    Frame,
    Id,
    Table,
    column_names,
    framed,
    id_in,
    listed,
    near,
    ordered,
    plain_rows,
    quoted,
    read,
    require_columns,
)
from isopolity.matching.errors import InvalidInput, UnknownMember

_CITY: Final = "city"
_PARTNER: Final = "partner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Rows by id in their given order, without empty cells; `frame` is the frame that was read, None for plain rows."""

    rows: Mapping[Id, Mapping[str, Any]]
    frame: Frame | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The members in a network, with the ids of the caller's tables."""

    network: Network = field(default_factory=Network)
    owners: dict[Id, str] = field(default_factory=dict)
    """The owner of capacity in the network, by the caller's id of a city or programme."""
    keys: dict[Id, str] = field(default_factory=dict)
    """The internal id of the member, by the caller's id of a city, a programme or a partner."""
    ids: dict[str, Id] = field(default_factory=dict)
    """The caller's id, by holder of capacity and by the internal id of a request."""
    frame: Frame | None
    """The frame of the cities; None if they were plain rows."""

    @classmethod
    def of(cls, cities: object, programmes: object, requests: object, ties: object) -> "Roster":
        """Read the members and their ties from tables. Raises InvalidInput, UnknownMember."""
        found = records(cities, CITIES)
        roster = cls(frame=found.frame)
        roster._add_cities(found)
        roster._add_programmes(records(programmes, PROGRAMMES))
        roster._add_requests(records(requests, REQUESTS))
        roster._add_ties(ties)
        return roster

    def owner(self, member: object) -> str:
        """The owner of capacity in the network for the id of a city or programme. Raises UnknownMember."""
        with suppress(ValueError):
            found = id_in(member)
            if found is not None and found in self.owners:
                return self.owners[found]
        raise UnknownMember(
            f"There is no city or programme {quoted(member)}{near(member, self.owners)}; correct the id."
        )

    def _add_cities(self, found: Records) -> None:
        for city_id, key in _keys(found.rows, "c"):
            row = city_row(city_id, key, found.rows[city_id])
            state = row.model_dump_json(exclude={"told_on"}).encode()
            self.network.put_member(_CITY, key, row.version, row.status, state, row.told_on)
            self._know(city_id, key, member_key(_CITY, key))

    def _add_programmes(self, found: Records) -> None:
        by_partner: dict[Id, list[ProgrammeRow]] = {}
        partners = dict(_keys({row.get("partner", each) for each, row in found.rows.items()}, "p"))
        for programme_id, key in _keys(found.rows, "g"):
            partner = found.rows[programme_id].get("partner", programme_id)
            row = programme_row(programme_id, key, found.rows[programme_id])
            by_partner.setdefault(partner, []).append(row)
            if programme_id in self.owners:
                raise InvalidInput(f"A city and a programme both have the id {programme_id!r}; change one of them.")
            self._know(programme_id, partners[partner], programme_holder(partners[partner], key))
        for partner, rows in by_partner.items():
            self._add_partner(partner, partners[partner], rows)

    def _add_partner(self, partner: Id, key: str, rows: list[ProgrammeRow]) -> None:
        if self.keys.setdefault(partner, key) != key:
            raise InvalidInput(f"A partner and another member both have the id {partner!r}; change one of them.")
        state = partner_state(key, rows)
        told_on = max((row.told_on for row in rows if row.told_on is not None), default=None)
        self.network.put_member(_PARTNER, key, state.version, state.status, state.model_dump_json().encode(), told_on)

    def _add_requests(self, found: Records) -> None:
        for request_id, key in _keys(found.rows, "r"):
            row = found.rows[request_id]
            city = row.get("city")
            if city not in self.keys or not self.owners.get(city, "").startswith(f"{_CITY}/"):
                raise UnknownMember(
                    f"Request {request_id!r} is of the city {quoted(city)}, and there is none; correct it."
                )
            fields = {name: each for name, each in row.items() if name != "city"}
            state = request_row(request_id, key, self.keys[city], fields)
            self.network.put_request(key, state.version, True, state.model_dump_json().encode())
            self.ids[key] = request_id

    def _add_ties(self, ties: object) -> None:
        table = read(ties, "ties", SIDES)
        for at, ends in enumerate(zip(table.ids("a"), table.ids("b"), strict=True)):
            for each in ends:
                if each not in self.keys:
                    hint = near(each, self.keys)
                    raise UnknownMember(
                        f"{table.row(at)} names {each!r}, and there is no such member{hint}; correct it."
                    )
            a, b = (self.keys[each] for each in ends)
            if a == b:
                raise InvalidInput(f"{table.row(at)} ties {ends[0]!r} to itself; take the row out.")
            kind = "twinning" if a[0] == b[0] == "c" else "sponsorship"
            self.network.put_tie(Tie(tie_id=f"{min(a, b)}:{max(a, b)}", version=1, active=True, a=a, b=b, kind=kind))

    def _know(self, member: Id, key: str, owner: str) -> None:
        self.keys[member] = key
        self.owners[member] = owner
        self.ids.update(dict.fromkeys(holders_of(owner), member))


def _keys(ids: Iterable[Id], kind: str) -> Iterable[tuple[Id, str]]:
    return [(each, f"{kind}{number:07d}") for number, each in enumerate(ordered(ids))]


_ALIKE: Final = 0.8
_NAMIBIA: Final = " (pandas reads NA, Namibia, as nothing; give its read_csv keep_default_na=False)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of one kind of table besides `id`, grouped by the content of their cells."""

    what: str
    """The table's name in a sentence: “cities”."""
    one: str
    """A row's name in a sentence: “City”."""
    needed: Sequence[str]
    """Columns with one value that may not be empty."""
    single: Sequence[str] = ()
    """Columns with one value that may be empty."""
    ids: Sequence[str] = ()
    """Columns with the id of another member."""
    lists: Sequence[str] = ()
    """Columns of codes."""
    interests: Sequence[str] = ()
    """Columns of needs or offers."""

    @property
    def names(self) -> Sequence[str]:
        """The names of all columns, `id` first."""
        return ("id", *self.ids, *self.needed, *self.single, *self.lists, *self.interests)

    def reader(self, name: str) -> Callable[[object], Any]:
        """The function that reads the cells of a column."""
        if name in self.lists:
            return tables.codes
        return tables.interests if name in self.interests else tables.single


CITIES: Final = Columns(
    what="cities",
    one="City",
    needed=("country",),
    single=(
        "name",
        "kind",
        "region",
        "geonames_id",
        "latitude",
        "longitude",
        "time_zone",
        "population",
        "learning_city_since",
        "creative_field",
        "can_travel",
        "can_host",
        "online_only",
        "wants_own_country",
        "capacity",
        "sponsorship_capacity",
        "told_on",
    ),
    lists=("languages",),
    interests=("needs", "offers"),
)
PROGRAMMES: Final = Columns(
    what="programmes",
    one="Programme",
    needed=("country", "currency", "budget", "grant_min", "grant_max"),
    single=(
        "name",
        "partner_name",
        "partner_kind",
        "opens",
        "closes",
        "population_min",
        "population_max",
        "cities",
        "told_on",
    ),
    ids=("partner",),
    lists=("languages", "subjects", "supports", "regions", "countries"),
)
REQUESTS: Final = Columns(
    what="requests",
    one="Request",
    needed=("amount_min", "amount_max", "currency"),
    single=("title", "ends"),
    ids=("city",),
    lists=("subjects",),
)


def records(table: object, columns: Columns) -> Records:
    """Read the rows of a table. Raises InvalidInput."""
    frame = framed(table, columns.what)
    if frame is None:
        plain = [_mapping(row, at, columns) for at, row in enumerate(plain_rows(table, columns.what))]
        return Records(rows=_by_id(plain, columns), frame=None)
    there = column_names(frame, columns.what)
    require_columns(columns.what, ("id", *columns.needed), there)
    _refuse_misspelt(there, columns)
    names = [name for name in columns.names if name in there]
    by_row = zip(*(frame[name].to_list() for name in names), strict=True)
    rows = [dict(zip(names, row, strict=True)) for row in by_row]
    return Records(rows=_by_id(rows, columns, _NAMIBIA if frame.implementation.is_pandas() else ""), frame=frame)


def _mapping(row: object, at: int, columns: Columns) -> Mapping[str, Any]:
    if not isinstance(row, Mapping):
        raise InvalidInput(
            f"Row {at} of {columns.what} is {quoted(row)}; give a mapping with {listed(['id', *columns.needed])}."
        )
    _refuse_misspelt([str(name) for name in row], columns)
    return row


def _refuse_misspelt(there: Collection[str], columns: Columns) -> None:
    absent = [name for name in columns.names if name not in there]
    for name in there:
        if name not in columns.names and (alike := get_close_matches(name, absent, 1, _ALIKE)):
            raise InvalidInput(f"There is no column {quoted(name)} of {columns.what}; did you mean {alike[0]!r}?")


def _by_id(rows: Sequence[Mapping[str, Any]], columns: Columns, hint: str = "") -> Mapping[Id, Mapping[str, Any]]:
    ids = Table(what=columns.what, columns={"id": [row.get("id") for row in rows]}, length=len(rows)).ids("id")
    first: dict[Id, int] = {}
    for at, each in enumerate(ids):
        if each in first:
            raise InvalidInput(f"Rows {first[each]} and {at} of {columns.what} both have the id {each!r}; keep one.")
        first[each] = at
    return {each: _read(each, row, columns, hint) for each, row in zip(ids, rows, strict=True)}


def _read(row_id: Id, row: Mapping[str, Any], columns: Columns, hint: str) -> Mapping[str, Any]:
    who, fields = f"{columns.one} {row_id!r}", {}
    for name in columns.names[1:]:
        cell = row.get(name)
        try:
            found = id_in(cell) if name in columns.ids else columns.reader(name)(cell)
        except ValueError as error:
            raise InvalidInput(f"{who}, {name} {quoted(cell)}: {error}.".replace("?.", "?")) from None
        if found is not None and found != ():
            fields[name] = found
        elif name in columns.needed:
            raise InvalidInput(f"{who} has no {name}; give one{hint if name == 'country' else ''}.")
    return fields

"""The columns of the tables of cities, programmes and requests, and their rows by id.

Invariant: an unknown column whose name looks like a misspelt one is refused, since ignoring it would hide the mistake;
other unknown columns are ignored.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from isopolity.matching.entrypoints.library import interests, tables
from isopolity.matching.entrypoints.library.tables import (
    Frame,
    Id,
    Table,
    column_names,
    framed,
    id_in,
    listed,
    plain_rows,
    quoted,
    refuse_misspelt,
    require_columns,
)
from isopolity.matching.errors import InvalidInput

_NAMIBIA: Final = " (pandas reads NA, Namibia, as nothing; give its read_csv keep_default_na=False)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Rows by id in their given order, without empty cells; `frame` is the frame that was read, None for plain rows."""

    rows: Mapping[Id, Mapping[str, Any]]
    frame: Frame | None


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
        return interests.entries if name in self.interests else tables.single


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
        "about",
        "web",
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
        "purpose",
        "eligibility",
        "language",
        "told_on",
    ),
    ids=("partner",),
    lists=("languages", "subjects", "topics", "supports", "regions", "countries"),
)
REQUESTS: Final = Columns(
    what="requests",
    one="Request",
    needed=("amount_min", "amount_max", "currency"),
    single=("title", "description", "language", "starts", "ends", "beneficiaries", "payee"),
    ids=("city",),
    lists=("subjects", "topics"),
)


def records(table: object, columns: Columns) -> Records:
    """Read the rows of a table. Raises InvalidInput."""
    frame = framed(table, columns.what)
    if frame is None:
        plain = [_mapping(row, at, columns) for at, row in enumerate(plain_rows(table, columns.what))]
        return Records(rows=_by_id(plain, columns), frame=None)
    there = column_names(frame, columns.what)
    require_columns(columns.what, ("id", *columns.needed), there)
    refuse_misspelt(there, columns.names, columns.what)
    names = [name for name in columns.names if name in there]
    by_row = zip(*(frame[name].to_list() for name in names), strict=True)
    rows = [dict(zip(names, row, strict=True)) for row in by_row]
    return Records(rows=_by_id(rows, columns, _NAMIBIA if frame.implementation.is_pandas() else ""), frame=frame)


def _mapping(row: object, at: int, columns: Columns) -> Mapping[str, Any]:
    if not isinstance(row, Mapping):
        raise InvalidInput(
            f"Row {at} of {columns.what} is {quoted(row)}; give a mapping with {listed(['id', *columns.needed])}."
        )
    refuse_misspelt([str(name) for name in row], columns.names, columns.what)
    return row


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

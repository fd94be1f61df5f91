"""Rows of members and requests, with their cells read; which columns there are is said here.

Its invariant: a column that looks like a misspelt one is refused, for it would be left out in silence; others may be
there and are not looked at.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from isopolity.matching.entrypoints.library import cells as values
from isopolity.matching.entrypoints.library.tables import (
    Frame,
    Id,
    Table,
    column_names,
    framed,
    id_in,
    listed,
    plain_rows,
    require_columns,
    shown,
)
from isopolity.matching.errors import InvalidInput

_ALIKE: Final = 0.8
_NAMIBIA: Final = " (pandas reads NA, Namibia, as nothing; give its read_csv keep_default_na=False)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of one kind of table; `id` is always there."""

    what: str
    one: str
    needed: Sequence[str]
    single: Sequence[str] = ()
    ids: Sequence[str] = ()
    """Columns that name another member."""
    lists: Sequence[str] = ()
    topics: Sequence[str] = ()

    @property
    def names(self) -> Sequence[str]:
        """All of them."""
        return ("id", *self.ids, *self.needed, *self.single, *self.lists, *self.topics)

    def reader(self, name: str) -> Callable[[object], Any]:
        """What reads a cell of a column."""
        if name in self.lists:
            return values.codes
        return values.topics if name in self.topics else values.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The rows, by id in the order in which they came; a field that is empty is not in a row."""

    rows: Mapping[Id, Mapping[str, Any]]
    frame: Frame | None


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
        "population",
        "learning_city_since",
        "creative_field",
        "can_travel",
        "can_host",
        "online_only",
        "wants_own_country",
        "capacity",
        "told_on",
    ),
    lists=("languages",),
    topics=("needs", "offers"),
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
    """The rows of a table. Raises InvalidInput."""
    frame = framed(table, columns.what)
    if frame is None:
        plain = [_mapping(row, at, columns) for at, row in enumerate(plain_rows(table, columns.what))]
        return Records(rows=_by_id(plain, columns), frame=None)
    there = column_names(frame, columns.what)
    require_columns(columns.what, ("id", *columns.needed), there)
    _refuse_misspelt(there, columns)
    names = [name for name in columns.names if name in there]
    cells = zip(*(frame[name].to_list() for name in names), strict=True)
    rows = [dict(zip(names, row, strict=True)) for row in cells]
    return Records(rows=_by_id(rows, columns, _NAMIBIA if frame.implementation.is_pandas() else ""), frame=frame)


def _mapping(row: object, at: int, columns: Columns) -> Mapping[str, Any]:
    if not isinstance(row, Mapping):
        raise InvalidInput(
            f"Row {at} of {columns.what} is {shown(row)}; give a mapping with {listed(['id', *columns.needed])}."
        )
    _refuse_misspelt([str(name) for name in row], columns)
    return row


def _refuse_misspelt(there: Collection[str], columns: Columns) -> None:
    absent = [name for name in columns.names if name not in there]
    for name in there:
        if name not in columns.names and (alike := get_close_matches(name, absent, 1, _ALIKE)):
            raise InvalidInput(f"There is no column {shown(name)} of {columns.what}; did you mean {alike[0]!r}?")


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
            raise InvalidInput(f"{who}, {name} {shown(cell)}: {error}.".replace("?.", "?")) from None
        if found is not None and found != ():
            fields[name] = found
        elif name in columns.needed:
            raise InvalidInput(f"{who} has no {name}; give one{hint if name == 'country' else ''}.")
    return fields

"""Needs and offers of cities: in a cell of the table of cities, or in a table of their own, an entry in each row.

Invariant: an entry has the fields of its codes and those of the city's own words, and an unknown one is refused.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from isopolity.contracts.codes import INTEREST_FIELDS, interest_fields
from isopolity.matching.entrypoints.library import tables
from isopolity.matching.entrypoints.library.tables import (
    Id,
    Table,
    column_names,
    framed,
    is_missing,
    listed,
    plain_rows,
    quoted,
    refuse_misspelt,
    require_columns,
    single,
)
from isopolity.matching.errors import InvalidInput

Entry = Mapping[str, Any]
"""A need or an offer by field, as contracts have it; empty fields are left out."""
WHAT: Final = "interests"
"""The name of the table of their own in a sentence."""
_TOPICS: Final = "topics"
_WORDS: Final = ("title", "text", "language", _TOPICS)
_ALL: Final = (*INTEREST_FIELDS, *_WORDS)
_FIELDS: Final = ", ".join(_ALL)
_FORM: Final = "write each entry as subject:intensity:mode, such as sdg.4:3:webinar"
_NEEDED: Final = ("city", "side", "subject", "intensity", "mode")
_SIDES: Final[Mapping[str, str]] = {"need": "needs", "offer": "offers"}
"""The column of the table of cities, by the side of an entry."""


def entries(cell: object) -> tuple[Entry, ...]:
    """The needs or offers in a cell: mappings, sequences or texts such as sdg.4:3:webinar. Raises ValueError."""
    return tuple(_entry(each) for each in tables.entries(cell) if not is_missing(each))


def by_city(table: object) -> Mapping[Id, Mapping[str, Sequence[Entry]]]:
    """The needs and offers in a table of their own, by the id of the city and their column in the table of cities.

    Raises InvalidInput.
    """
    rows = _rows(table)
    cities = Table(what=WHAT, columns={"city": [row.get("city") for row in rows]}, length=len(rows)).ids("city")
    found: dict[Id, dict[str, list[Entry]]] = {}
    for at, (city, row) in enumerate(zip(cities, rows, strict=True)):
        side = str(row.get("side"))
        if side not in _SIDES:
            raise InvalidInput(f"Row {at} of {WHAT} has {quoted(side)} in column side; give need or offer.")
        try:
            entry = _filled({name: _cell(name, row.get(name)) for name in _ALL})
        except ValueError as error:
            raise InvalidInput(f"Row {at} of {WHAT}: {error}.".replace("?.", "?")) from None
        found.setdefault(city, {}).setdefault(_SIDES[side], []).append(entry)
    return found


def _rows(table: object) -> Sequence[Mapping[str, Any]]:
    frame = framed(table, WHAT)
    if frame is None:
        rows = plain_rows(table, WHAT)
        for at, row in enumerate(rows):
            if not isinstance(row, Mapping):
                raise InvalidInput(f"Row {at} of {WHAT} is {quoted(row)}; give a mapping with {listed(_NEEDED)}.")
        there = {str(name) for row in rows for name in row}
    else:
        names = column_names(frame, WHAT)
        there = set(names)
        by_row = zip(*(frame[name].to_list() for name in names), strict=True)
        rows = [dict(zip(names, row, strict=True)) for row in by_row]
    if rows:
        require_columns(WHAT, _NEEDED, sorted(there))
    refuse_misspelt(sorted(there), ("city", "side", *_ALL), WHAT)
    return rows


def _entry(entry: object) -> Entry:
    if isinstance(entry, str):
        return _written(entry)
    if isinstance(entry, Mapping):
        unknown = sorted(str(name) for name in entry if name not in _ALL)
        if unknown:
            raise ValueError(f"there is no {unknown[0]!r} in a need or offer; its fields are {_FIELDS}")
        return _filled({str(name): _cell(str(name), each) for name, each in entry.items()})
    if isinstance(entry, Sequence | np.ndarray) and 3 <= len(entry) <= len(INTEREST_FIELDS):
        return _filled({name: single(each) for name, each in zip(INTEREST_FIELDS, entry, strict=False)})
    raise ValueError(_FORM)


@lru_cache(maxsize=10_000)  # thousands of cities share some hundred entries
def _written(entry: str) -> Entry:
    if not 3 <= entry.count(":") + 1 <= len(INTEREST_FIELDS):
        raise ValueError(_FORM)
    return MappingProxyType(_filled({name: single(part) for name, part in interest_fields(entry).items()}))


def _cell(name: str, cell: object) -> Any:
    return (tables.codes(cell) or None) if name == _TOPICS else single(cell)


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in fields.items() if each is not None}

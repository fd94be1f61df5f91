"""The cells of a row as values: numbers, dates and truth values by the conventions of the table, else texts.

Invariant: a cell that cannot be read becomes a `BadCell`, which every model refuses and whose sentence is then told.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from isopolity.registry.entrypoints.imports.cells import dates, numbers, truth
from isopolity.registry.entrypoints.imports.cells.columns import Column, Form
from isopolity.registry.entrypoints.imports.cells.conventions import CHOICES, DATES, DECIMAL, Conventions

_NUMBER: Final = {Form.WHOLE: "Give a whole number, such as 84000.", Form.NUMBER: "Give a number, such as 47.25."}


@dataclass(frozen=True, slots=True)
class BadCell:
    """Stands for what could not be read; `detail` says what to change."""

    detail: str


Reader = Callable[[Any], Any]


class Conversion:
    """Turns the cells of rows with these columns into values."""

    def __init__(self, columns: Iterable[Column], conventions: Conventions) -> None:
        self._readers = {column.name: _reader(column, conventions) for column in columns}
        both = "Write yes or no: beside ticks and noes an empty cell could mean either."
        self._empty: Mapping[str, Any] = {
            **dict.fromkeys(conventions.ticked, False),
            **dict.fromkeys(conventions.torn, BadCell(both)),
        }

    def values(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a row, by column."""
        readers = self._readers
        return {**self._empty, **{name: readers[name](cell) for name, cell in cells.items()}}


def _reader(column: Column, conventions: Conventions) -> Reader:
    match column.form:
        case Form.DATE:
            return lambda cell: _date(cell, conventions.choice(DATES))
        case Form.TRUTH:
            return _truth
        case Form.TEXT:
            return _text
        case _:
            return lambda cell: _number(cell, column, conventions.choice(DECIMAL))


def _number(cell: Any, column: Column, decimal: str | None) -> Any:
    if not isinstance(cell, str):
        return BadCell(_NUMBER[column.form]) if isinstance(cell, bool) else cell
    if cell.isdecimal() and cell.isascii() and len(cell) <= numbers.LONGEST:
        return int(cell)
    value = numbers.reading(cell, decimal, column.form) if decimal is not None else None
    if value is not None and column.admits(value):
        return value  # whatever else it could mean
    found = numbers.readings(cell, column)
    if not found:  # the bounds of the input refuse it
        known = (numbers.reading(cell, mark, column.form) for mark in CHOICES[DECIMAL])
        return next((value for value in known if value is not None), BadCell(_NUMBER[column.form]))
    return _chosen(found, DECIMAL, decimal)


def _date(cell: Any, first: str | None) -> Any:
    found = dates.readings(cell) if isinstance(cell, str) else {}
    return _chosen(found, DATES, first) if found else BadCell("Give the date as YYYY-MM-DD, such as 2027-12-31.")


def _chosen(found: Mapping[str, float] | Mapping[str, date], name: str, choice: str | None) -> Any:
    """The reading by the choice, or the only one."""
    if choice is not None:
        return found.get(choice, BadCell(f"Write it {CHOICES[name][choice]}."))
    if len(set(found.values())) == 1:
        return next(iter(found.values()))
    return BadCell(f"Write it {' or '.join(CHOICES[name].values())}.")


def _truth(cell: Any) -> Any:
    found = truth.reading(cell)
    return BadCell("Give yes or no.") if found is None else found


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)

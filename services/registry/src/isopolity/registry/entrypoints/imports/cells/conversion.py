"""Converts the cells of a row to values: numbers, dates and truth values by the table's conventions, codes, texts.

A need or an offer is `subject:intensity:mode[:valid_until]`, or stands in plain words; see `lists` for lists.

Invariant: an unreadable cell becomes a `BadCell`, which every model refuses and whose sentence is then reported.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from pydantic import ValidationError

from isopolity.contracts.codes import interest_fields
from isopolity.registry.entrypoints.imports.cells.addresses import web_address
from isopolity.registry.entrypoints.imports.cells.codes import CodeList, code_lists, of_another_table
from isopolity.registry.entrypoints.imports.cells.columns import Column, Form
from isopolity.registry.entrypoints.imports.cells.conventions import CHOICES, DATES, DECIMAL, Conventions
from isopolity.registry.entrypoints.imports.cells.lists import parts, pieces, texts
from isopolity.registry.entrypoints.imports.cells.plain_interests import (
    USUAL_INTENSITY,
    OpenWords,
    Unclear,
    entries_of,
    plain_interests,
)
from isopolity.registry.entrypoints.imports.cells.thousands import FACTOR, POPULATION, in_thousands
from isopolity.registry.entrypoints.imports.cells.values import (
    LONGEST,
    date_readings,
    number_in,
    number_readings,
    truth_of,
    written_date,
)
from isopolity.registry.entrypoints.inputs import InterestInput

_MOST_ENTRIES: Final = 250
"""The longest list that an input accepts; further entries are refused without being split."""
_MOST_INTERESTS: Final = 60
_MOST_SUGGESTED: Final = 50
"""The most texts of a column for which similar names are searched, since each search walks the list."""
_NEEDED: Final = {"subject", "intensity", "mode"}
"""Required parts of a need or an offer."""
_LONGEST_INTEREST: Final = 200
"""The most characters of a need or an offer that is cached."""
_DATE: Final = "Give the date as YYYY-MM-DD, such as 2027-12-31."
_NUMBER: Final = {Form.WHOLE: "Give a whole number, such as 84000.", Form.NUMBER: "Give a number, such as 47.25."}


@dataclass(frozen=True, slots=True)
class BadCell:
    """An unreadable cell; `detail` says what to change."""

    detail: str
    words: OpenWords | None = None
    """What the cell leaves open, if it is a need or an offer in words."""


Reader = Callable[[Any], Any]


class Conversion:
    """Converts the cells of rows with these columns to values."""

    def __init__(self, columns: Iterable[Column], conventions: Conventions) -> None:
        self._readers = {column.name: _reader(column, conventions) for column in columns}
        both = "Write yes or no: the column has both x and no, so that an empty cell could mean either."
        self._empty: Mapping[str, Any] = {
            **dict.fromkeys(conventions.ticked, False),
            **dict.fromkeys(conventions.torn, BadCell(both)),
        }

    def values(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a row, by column."""
        readers = self._readers
        return {**self._empty, **{name: readers[name](cell) for name, cell in cells.items()}}


def _reader(column: Column, conventions: Conventions) -> Reader:
    decimal, first = conventions.choice(DECIMAL, column.name), conventions.choice(DATES, column.name)
    match column.form:
        case Form.DATE:
            return lambda cell: _date(cell, first)
        case Form.WEB:
            return lambda cell: web_address(_text(cell))
        case Form.TRUTH:
            return _truth
        case Form.CODE if column.code_list is not None:
            return _codes(code_lists()[column.code_list], many=column.many)
        case Form.INTEREST:
            return _interests(conventions.choice(DATES))
        case Form.WHOLE if conventions.thousands and column.name == POPULATION:
            return lambda cell: _thousands(cell, in_thousands(column), decimal)
        case Form.WHOLE | Form.NUMBER:
            return lambda cell: _number(cell, column, decimal)
        case _:  # contacts are told apart once both of their cells are there
            return (lambda cell: texts(_text(cell), _MOST_ENTRIES)) if column.many else _text


def _codes(codes: CodeList, *, many: bool) -> Reader:
    unknown: dict[str, BadCell] = {}

    def code(text: str) -> Any:
        found = codes.code(text)
        if found is not None:
            return found
        if text not in unknown:
            if len(unknown) >= _MOST_SUGGESTED:
                return BadCell(codes.unknown(text))
            unknown[text] = BadCell(of_another_table(codes.noun, text) or codes.unknown(text, codes.near(text)))
        return unknown[text]

    def is_known(text: str) -> bool:
        return codes.code(text) is not None

    if many:
        return lambda cell: [
            code(each) for part in parts(_text(cell), _MOST_ENTRIES) for each in pieces(part, is_known)
        ]
    return lambda cell: code(_text(cell))


def _interests(first: str | None) -> Reader:
    """A reader of needs or offers that caches each text; wrong ones are left for the model to refuse."""
    subjects, modes = (_codes(code_lists()[noun], many=False) for noun in ("subject", "mode"))

    def interest(part: str) -> InterestInput | dict[str, Any] | BadCell:
        values: dict[str, Any] = dict(interest_fields(part))
        if not values.keys() >= _NEEDED:
            return _incomplete(values.get("subject", "").strip())
        read: Mapping[str, Reader] = {
            "subject": subjects,
            "mode": modes,
            "valid_until": lambda cell: _until(cell, first),
        }
        values |= {name: read[name](values[name].strip()) for name in read.keys() & values}
        try:
            return _unrated(values) if not values["intensity"].strip() else InterestInput.model_validate(values)
        except ValidationError:
            return values

    def interests(part: str) -> Sequence[InterestInput | dict[str, Any] | BadCell]:
        """The needs in an entry, in codes or in plain words, between semicolons."""
        read = ([interest(piece)] if _is_coded(piece) else _plain(piece) for piece in entries_of(part))
        return [found for some in read for found in some] or [interest(part)]

    remembered = lru_cache(maxsize=10_000)(interests)
    return lambda cell: [
        found
        for part in parts(_text(cell), _MOST_INTERESTS)
        for found in (remembered(part) if len(part) <= _LONGEST_INTEREST else interests(part))
    ]


def _unrated(values: Mapping[str, Any]) -> InterestInput:
    """A need or an offer whose rating is not shown, as in the public list: it keeps the stored one, else is usual."""
    found = InterestInput.model_validate({**values, "intensity": USUAL_INTENSITY})
    found.model_fields_set.discard("intensity")
    return found


def _is_coded(part: str) -> bool:
    """Whether a need or an offer is in codes: with two colons, or one after a subject or before a number or nothing."""
    first, mark, rest = part.partition(":")
    if not mark or ":" in rest:
        return bool(mark)
    return not rest.strip() or rest.strip().isdecimal() or code_lists()["subject"].code(first.strip()) is not None


def _plain(text: str) -> Sequence[InterestInput | dict[str, Any] | BadCell]:
    try:
        found = plain_interests(text)
    except Unclear as unclear:
        return [BadCell(str(unclear))]
    if isinstance(found, OpenWords):
        return [BadCell(found.detail, found)]
    try:
        return [InterestInput.model_validate(values) for values in found]
    except ValidationError:
        return found  # the model refuses it


def _incomplete(subject: str) -> BadCell:
    """The error for a need or an offer that lacks a part; no part is guessed."""
    subjects = code_lists()["subject"]
    code = subjects.code(subject)
    start = f"{subjects.unknown(subject, subjects.near(subject))} " if code is None and subject else ""
    modes = ", ".join(code_lists()["mode"].labels)
    return BadCell(
        f"{start}Write it as subject:intensity:mode, such as {code or 'sdg.4'}:3:webinar, with an intensity from 1 to "
        f"5 and one of the modes {modes}."
    )


def _until(cell: str, first: str | None) -> Any:
    """The date in a need or an offer, which is not evidence for a convention."""
    found = _date(cell, first)
    return BadCell(_DATE) if isinstance(found, BadCell) else found


def _number(cell: Any, column: Column, decimal: str | None) -> Any:
    if not isinstance(cell, str):
        return BadCell(_NUMBER[column.form]) if isinstance(cell, bool) else cell
    if cell.isdecimal() and cell.isascii() and len(cell) <= LONGEST:
        return int(cell)
    value = number_in(cell, decimal, column.form) if decimal is not None else None
    if value is not None and column.admits(value):
        return value  # any other meaning is ignored
    found = number_readings(cell, column)
    days = set(date_readings(cell).values())
    if column.is_year and len(years := {day.year for day in days}) == 1:
        return years.pop()
    if days:
        return BadCell(f"This is a date{_day(days)} in a column of numbers. {_NUMBER[column.form]}")
    if not found:  # the bounds of the model refuse it
        known = (number_in(cell, mark, column.form) for mark in CHOICES[DECIMAL])
        return next((value for value in known if value is not None), BadCell(_NUMBER[column.form]))
    return _chosen(found, DECIMAL, decimal)


def _thousands(cell: Any, column: Column, decimal: str | None) -> Any:
    """The number of inhabitants for one in thousands."""
    value = _number(cell, column, decimal)
    return round(value * FACTOR) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _date(cell: Any, first: str | None) -> Any:
    found = date_readings(cell) if isinstance(cell, str) else {}
    return _chosen(found, DATES, first) if found else BadCell(_DATE)


def _day(days: Collection[date]) -> str:
    return f" ({written_date(next(iter(days)))})" if len(days) == 1 else ""


def _chosen(found: Mapping[str, float] | Mapping[str, date], name: str, choice: str | None) -> Any:
    """The reading under the table's choice, or the only reading."""
    if choice is not None:
        return found.get(choice, BadCell(f"Write it {CHOICES[name][choice]}."))
    if len(set(found.values())) == 1:
        return next(iter(found.values()))
    return BadCell(f"Write it {' or '.join(CHOICES[name].values())}.")


def _truth(cell: Any) -> Any:
    found = truth_of(cell)
    return BadCell("Give yes or no.") if found is None else found


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)

"""Rows of one city, such as one for each of its contacts: they complete each other and are imported as one.

Invariant: only exactly the same name, country, kind and id, if there is one, make two rows one. Where two of their
cells contradict each other, or one of the rows has a problem, none of them is imported.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from isopolity.registry.application.imports.name_index import exact_key
from isopolity.registry.application.imports.rows import RowProblem
from isopolity.registry.entrypoints.imports.cells.conversion import BadCell
from isopolity.registry.entrypoints.imports.tables import CONTACTS, Values
from isopolity.tables.rows import RawRow, RowFile, shortened

KEYS: Final = ("kind", "name", "country", "geonames_id")
"""The columns that tell which city a row is about."""
_TOLD: Final = 5
_MOST: Final = 200
"""The most rows of one city that are joined."""


def rows_together(file: RowFile, converted: Callable[[Mapping[str, Any]], Values]) -> Sequence[Sequence[int]]:
    """The lines of each city that several rows are about."""
    first: dict[tuple[Any, ...], int] = {}
    several: dict[int, list[int]] = {}
    for row in file:
        key = _key(row, converted)
        if key is not None and (line := first.setdefault(key, row.line)) != row.line:
            several.setdefault(line, [line]).append(row.line)
    return [lines for lines in several.values() if len(lines) <= _MOST]


def _key(row: RawRow, converted: Callable[[Mapping[str, Any]], Values]) -> tuple[Any, ...] | None:
    if row.problem is not None:
        return None
    values = converted({name: row.values[name] for name in KEYS if name in row.values})
    if any(isinstance(each, BadCell) for each in values.values()):
        return None
    kind, name, country, number = (values.get(part) for part in KEYS)
    return (kind, country, number, exact_key(name)) if kind and name and country else None


def sentence_on(several: Sequence[Sequence[int]]) -> str:
    """The sentence on lines that are read as one."""
    told = [", ".join(map(str, lines[:-1])) + f" and {lines[-1]}" for lines in several[:_TOLD]]
    more = f", and of {len(several) - _TOLD:,} more" if len(several) > _TOLD else ""
    return f"Rows about the same city are read as one: lines {'; '.join(told)}{more}."


def joined(rows: Sequence[tuple[RawRow, Values]]) -> tuple[Values, Mapping[str, int], list[RowProblem]]:
    """The values of rows of one city, the line of each, and contradictions; contacts are left to the caller."""
    found: Values = {}
    lines: dict[str, int] = {}
    cells: dict[int, Mapping[str, Any]] = {}
    problems: list[RowProblem] = []
    for raw, values in rows:
        cells[raw.line] = raw.values
        for name in values.keys() - {CONTACTS}:
            if name not in found:
                found[name], lines[name] = values[name], raw.line
            elif not _agree(name, found[name], values[name]):
                problems += [_contradiction(name, line, other, cells) for line, other in _both(lines[name], raw.line)]
    return found, lines, problems


def _agree(name: str, one: Any, other: Any) -> bool:
    return one == other or (name == "name" and exact_key(str(one)) == exact_key(str(other)))


def _both(one: int, other: int) -> Sequence[tuple[int, int]]:
    return [(one, other), (other, one)]


def _contradiction(name: str, line: int, other: int, cells: Mapping[int, Mapping[str, Any]]) -> RowProblem:
    text = shortened(str(cells[other].get(name, "")))
    detail = (
        f"Line {other} is about the same city and says “{text}”. Give the same in both rows, or empty one of the two "
        "cells."
    )
    return RowProblem(line, name, detail)


def held_back(lines: Sequence[int], problems: Sequence[RowProblem]) -> list[RowProblem]:
    """The problems, and one for each further row of the city, which waits for them."""
    wrong = {each.line for each in problems}
    detail = f"Line {min(wrong)} is about the same city; correct that row first."
    return [*problems, *(RowProblem(line, None, detail) for line in lines if line not in wrong)]

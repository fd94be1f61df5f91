"""How sheets are read as a table: the sheet, the line of its headings, the column of each; guessed, then chosen.

Invariant: a layout only says where cells are; what a cell means is read by the same rules as in any table. What is left
out (titles, notes, footers, columns) is told in words.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, BinaryIO, Final

from isopolity.identity.folded_text import name_key
from isopolity.registry.application.imports.known_layouts import digest_of_headings
from isopolity.registry.application.imports.prepared import Layout
from isopolity.registry.entrypoints.imports.cells.codes import code_lists
from isopolity.registry.entrypoints.imports.cells.thousands import POPULATION, asked_by_heading
from isopolity.registry.entrypoints.imports.headings.column_guesses import by_content, by_second
from isopolity.registry.entrypoints.imports.headings.extra_rows import is_headings, is_total
from isopolity.registry.entrypoints.imports.headings.meanings import columns_of
from isopolity.registry.entrypoints.imports.merged_cells import MergedCells, RepeatedCells
from isopolity.registry.entrypoints.imports.tables import TABLES
from isopolity.tables.rows import MOST_MERGED, WHAT_TO_CHANGE, UnreadableFile, shortened
from isopolity.tables.spool import SheetRow, Sheets

LOOKED_AT: Final = 60
"""The first rows of each sheet, in which its headings are looked for."""
_FEWEST: Final = 2
"""The fewest headings of a table."""
_SHORT_LIST: Final = 12
"""The longest code list from which one code can be chosen for all rows."""
_NAMED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutChoice:
    """A choice of staff: a sheet, the line of its headings, the columns, and how cells are written."""

    sheet: int
    heading: int
    columns: Sequence[str | None]
    constants: Mapping[str, str]
    said: Mapping[str, str]
    repeated: Sequence[str] = ()
    """Columns in which an empty cell repeats the one above it."""


def first_rows(sheets: Sheets) -> list[list[SheetRow]]:
    """The first rows of each sheet, in which its headings are looked for."""
    found: list[list[SheetRow]] = [[] for _ in sheets.names]
    for row in sheets:
        if len(found[row.sheet]) < LOOKED_AT:
            found[row.sheet].append(row)
    return found


def headings_in(sheets: Sheets) -> dict[str, tuple[int, int]]:
    """Sheet and line of each row that may be the headings, by the digest of its cells; the first of equals."""
    found: dict[str, tuple[int, int]] = {}
    for place, rows in enumerate(first_rows(sheets)):
        for row in rows:
            found.setdefault(digest_of_headings(_titles(row)), (place, row.line))
    return found


def guessed(kind: str, sheets: Sheets, sheet: int | None = None, line: int | None = None) -> Layout:
    """The layout of `sheets`; the place of the `sheet` and the `line` of the headings where they are chosen.

    Raises UnreadableFile for a sheet or line that is not offered, and for a file without any line of two cells.
    """
    if sheet is not None and sheet >= len(sheets.names):
        raise UnreadableFile("The file has no such sheet; choose one of the list.")
    first = first_rows(sheets)
    if not any(len(_filled(row)) >= _FEWEST for rows in first for row in rows):
        raise UnreadableFile("There is no table in this file; send one with a line of headings and rows below it.")
    if sheet is None:
        tables = [place for place, rows in enumerate(first) if _best(kind, rows)[0] >= _FEWEST]
        sheet = next((place for place in tables if _has_all(kind, first[place])), next(iter(tables), None))
    if sheet is None:
        sheet = next((place for place, rows in enumerate(first) if rows), 0)
    rows = first[sheet]
    chosen = next((row for row in rows if row.line == line), None)
    if chosen is None and line is not None:
        raise UnreadableFile(f"Line {line} cannot be the line of headings; choose one of the list.")
    chosen = chosen or _best(kind, rows)[1]
    columns = columns_of(kind, () if chosen is None else chosen.cells)
    below = [row for row in rows if chosen is not None and row.line > chosen.line]
    if chosen is not None and below and below[0].line == chosen.line + 1 and is_headings(kind, _filled(below[0])):
        columns = by_second(kind, columns, below[0].cells)
    columns = by_content(kind, columns, below)
    return Layout(
        sheets=list(sheets.names),
        sheet=sheet,
        heading=1 if chosen is None else chosen.line,
        titles=[] if chosen is None else _titles(chosen),
        columns=columns,
        constants=_usual(kind, columns),
        merged=list(sheets.merged)[: MOST_MERGED + 1],
        first_lines=[(row.line, shortened(_beginning(row))) for row in islice(rows, LOOKED_AT)],
    )


def chosen(kind: str, layout: Layout, choice: LayoutChoice) -> Layout:
    """The layout with the columns of the choice. Raises UnreadableFile for a column that there is not, or twice."""
    columns, constants, known = choice.columns, choice.constants, TABLES[kind].columns
    names = [name for name in columns if name is not None]
    if unknown := [name for name in (*names, *constants) if name not in known]:
        raise UnreadableFile(f"There is no column {shortened(unknown[0])}; choose one of the list.")
    if twice := [name for name in names if names.count(name) > 1]:
        raise UnreadableFile(f"{twice[0]} is chosen for two columns of your file; choose it for one of them.")
    if len(columns) != len(layout.titles):
        raise UnreadableFile("Say for each heading which column it is, or that it is left out.")
    return replace(
        layout,
        columns=list(columns),
        constants={name: code for name, code in constants.items() if name not in names},
        repeated=[name for name in names if name in choice.repeated],
    )


def choosable(kind: str) -> Mapping[str, Mapping[str, str]]:
    """The columns that may have one code for all rows, with these codes and their names."""
    lists = code_lists()
    return {
        name: lists[column.code_list].labels
        for name, column in TABLES[kind].columns.items()
        if column.code_list is not None
        and not column.many
        and len(lists[column.code_list].labels) <= _SHORT_LIST
        and TABLES[kind].is_required(name)
    }


def missing(kind: str, layout: Layout) -> str | None:
    """The sentence on columns that are needed and not chosen; None if all are there."""
    names = layout.names
    lacking = [" or ".join(sorted(some)) for some in TABLES[kind].required if some.isdisjoint(names)]
    if not lacking:
        return None
    sentence = f"Choose which column of your file is {', and which is '.join(lacking)}."
    if same := [name for name in choosable(kind) if name in lacking]:
        sentence += f" If {' or '.join(same)} is the same for all rows, say so once."
    return sentence


def _best(kind: str, rows: Sequence[SheetRow]) -> tuple[int, SheetRow | None]:
    """The number of known headings in the line that has most of them, and that line; else the first with two texts."""
    scored = [(sum(1 for one in columns_of(kind, row.cells) if one is not None), row) for row in rows]
    if scored and (best := max(scored, key=lambda one: one[0]))[0] >= _FEWEST:
        return best
    texts = (row for row in rows if sum(isinstance(cell, str) and bool(cell) for cell in row.cells) >= _FEWEST)
    return 0, next(texts, rows[0] if rows else None)


def _has_all(kind: str, rows: Sequence[SheetRow]) -> bool:
    """Whether the best line of headings leaves out no column that is needed, but those of one code for all rows."""
    best = _best(kind, rows)[1]
    columns = {} if best is None else dict.fromkeys(columns_of(kind, best.cells))
    named = columns.keys() | choosable(kind).keys()
    return not any(some.isdisjoint(named) for some in TABLES[kind].required)


def _usual(kind: str, columns: Sequence[str | None]) -> dict[str, str]:
    """The constants of a new layout: all rows are cities if no column gives their kind; staff can change it."""
    return {"kind": "city"} if kind == "cities" and "kind" not in columns else {}


def _titles(row: SheetRow) -> list[str]:
    return ["" if cell is None else shortened(str(cell)) for cell in row.cells]


def _beginning(row: SheetRow) -> str:
    return " | ".join(str(cell) for cell in row.cells if cell not in (None, ""))


class LaidOut:
    """Writes the rows of the chosen sheet as the reading process writes those of a table; collects what is left out."""

    def __init__(self, kind: str, layout: Layout) -> None:
        self._layout = layout
        self._kind = kind
        self._second: str = ""
        self._counted = [title for title, name in zip(layout.titles, layout.columns, strict=True) if name == POPULATION]
        """The texts that head the column of inhabitants."""
        self._needed = {name for some in TABLES[kind].required if len(some) == 1 for name in some} - {*layout.constants}
        self._above: list[str] = []
        self._notes: list[tuple[int, str]] = []
        self._wide: list[int] = []
        self._merged = MergedCells(layout)
        self._repeated = RepeatedCells(layout)
        self._untaken = [
            place
            for place, (title, name) in enumerate(zip(layout.titles, layout.columns, strict=True))
            if name is None and name_key(title) != name_key(WHAT_TO_CHANGE)
        ]
        self._untitled = {place for place in self._untaken if not layout.titles[place]}
        """The places of columns without a heading in which no cell was found yet."""

    def write(self, rows: Iterable[SheetRow], file: BinaryIO) -> None:
        """Write a JSON line with the columns, then one for each row of the table."""
        layout = self._layout
        file.write(json.dumps(layout.names).encode() + b"\n")
        for row in rows:
            if row.sheet != layout.sheet or row.line == layout.heading:
                continue
            if row.line < layout.heading:
                self._above.append(_beginning(row))
                continue
            given, own, row = row, self._values(row), self._repeated.filled(self._merged.filled(row))
            values = self._values(row)
            if row.problem is None and row.line == layout.heading + 1 and is_headings(self._kind, _filled(given)):
                self._second = _beginning(given)
                self._counted.append(str(self._values(given).get(POPULATION, "")))
                continue
            if row.problem is None and (not own or self._is_note(row, values)):
                self._notes.append((row.line, _beginning(row)))
                continue
            self._untitled -= {each for each in self._untitled if row.cells[each : each + 1] not in ([], [None], [""])}
            problem = row.problem or self._beyond(row)
            file.write(json.dumps([row.line, {**values, **layout.constants}, problem]).encode() + b"\n")
        file.flush()

    def question(self) -> str | None:
        """The question whether inhabitants are in thousands, if their heading says so; None if it does not."""
        return asked_by_heading(self._counted)

    def _values(self, row: SheetRow) -> dict[str, Any]:
        pairs = zip(self._layout.columns, row.cells, strict=False)
        return {name: cell for name, cell in pairs if name is not None and cell not in (None, "")}

    def _beyond(self, row: SheetRow) -> str | None:
        """The sentence on a row of CSV with more cells than headings, whose cells may be shifted; None for others."""
        width = len(self._layout.titles)
        if all(cell in (None, "") for cell in row.cells[width:]):
            return None
        if len(self._layout.sheets) == 1 and not self._layout.sheets[0]:
            return (
                f"The row has {len(row.cells)} cells where the heading has {width}; put a text with the separator "
                "between quotation marks."
            )
        self._wide.append(row.line)
        return None

    def _is_note(self, row: SheetRow, values: Mapping[str, Any]) -> bool:
        """Whether the row is no row of the table: a single text, a total, or the headings once more."""
        filled = _filled(row)
        if len(filled) == 1 and len(self._needed) > 1:
            return True
        if [shortened(str(cell)) if cell is not None else "" for cell in row.cells] == list(self._layout.titles):
            return True
        return is_total(filled, values, self._needed)

    def sentences(self) -> list[str]:
        """Sentences about what was read and what was left out."""
        layout = self._layout
        found: list[str] = []
        if len(layout.sheets) > 1:
            found.append(f"Only the sheet “{layout.sheets[layout.sheet]}” is read.")
        if self._above:
            found.append(f"Left out above the headings: {_some(self._above)}.")
        if self._second:
            found.append(f"The second line of headings is left out: “{shortened(self._second)}”.")
        if self._notes:
            texts = [f"line {line}, “{shortened(text)}”" for line, text in self._notes]
            found.append(f"Left out below the headings, as they are no rows: {_some(texts, quoted=False)}.")
        without = [
            layout.titles[place] or f"column {place + 1}" for place in self._untaken if place not in self._untitled
        ]
        if without:
            found.append(f"Columns left out: {_some(without)}.")
        if self._wide:
            found.append(f"Cells right of the last heading are left out, the first in line {self._wide[0]}.")
        if layout.repeated:
            found.append(f"Empty cells of {', '.join(layout.repeated)} repeat the one above, as you chose.")
        return found + self._on_merged_cells()

    def _on_merged_cells(self) -> list[str]:
        """Sentences about merged cells: what they count for, and whether some were not read."""
        merged, found = self._merged, []
        if merged.over_rows:
            found.append(f"Merged cells count for each row that they span: {_some(merged.over_rows, quoted=False)}.")
        if merged.over_columns:
            found.append(
                f"Cells merged across columns count for the first column: {_some(merged.over_columns, quoted=False)}."
            )
        if merged.is_cut:
            found.append(f"Only the first {MOST_MERGED:,} merged cells are read; check the rows of the others.")
        return found


def _filled(row: SheetRow) -> list[Any]:
    return [cell for cell in row.cells if cell not in (None, "")]


def _some(texts: Sequence[str], *, quoted: bool = True) -> str:
    named = [f"“{shortened(text)}”" if quoted else text for text in texts[:_NAMED]]
    more = len(texts) - len(named)
    return "; ".join(named) + (f" and {more:,} more" if more else "")

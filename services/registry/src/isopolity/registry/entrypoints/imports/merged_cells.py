"""Cells that count for several rows: those that are merged over them, and those of columns that staff has chosen.

Invariant: only a range that the workbook merges, or a column of which staff says so, repeats a cell, never an empty
cell by itself. A row costs a step for each column of the table, however many ranges a file has.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from isopolity.registry.application.imports.prepared import Layout
from isopolity.tables.rows import MOST_MERGED
from isopolity.tables.spool import SheetRow

_RANGE: Final = re.compile("([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")


class MergedCells:
    """Repeats merged cells of the table of `layout` in the rows below; rows come in their order."""

    def __init__(self, layout: Layout) -> None:
        self.over_rows: list[str] = []
        """The ranges below the headings that span several rows of a column that is read."""
        self.over_columns: list[str] = []
        """The ranges below the headings that span several columns: they count for the first one."""
        self.is_cut = len(layout.merged) > MOST_MERGED
        """Whether the file has more ranges than are read."""
        self._starts: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self._open: dict[int, tuple[int, Any]] = {}
        ranges = [name for sheet, name in layout.merged[:MOST_MERGED] if sheet == layout.sheet]
        for name, match in ((name, match) for name in ranges if (match := _RANGE.fullmatch(name))):
            first, last = int(match[2]), int(match[4])
            if first <= layout.heading:
                continue
            if match[1] != match[3]:
                self.over_columns.append(name)
            place = _place_of(match[1])
            if last > first and place < len(layout.columns) and layout.columns[place] is not None:
                self.over_rows.append(name)
                self._starts[first].append((place, last))

    def filled(self, row: SheetRow) -> SheetRow:
        """The row with the cells that are merged from a row above into its own empty ones."""
        cells = self._with_cells_above(row)
        for place, last in self._starts.get(row.line, ()):
            if place < len(row.cells) and row.cells[place] not in (None, ""):
                self._open[place] = (last, row.cells[place])
        return row if cells is None else replace(row, cells=cells)

    def _with_cells_above(self, row: SheetRow) -> Sequence[Any] | None:
        """The cells with those merged from above; None if there are no such cells."""
        self._open = {place: cell for place, cell in self._open.items() if cell[0] >= row.line}
        if not self._open:
            return None
        cells = [*row.cells, *[None] * (max(self._open) + 1 - len(row.cells))]
        for place, (_, cell) in self._open.items():
            if cells[place] in (None, ""):
                cells[place] = cell
        return cells


class RepeatedCells:
    """Repeats the cell above in the empty cells of the columns of which staff says so; rows come in their order."""

    def __init__(self, layout: Layout) -> None:
        self._above: dict[int, Any] = {
            place: None for place, name in enumerate(layout.columns) if name is not None and name in layout.repeated
        }

    def filled(self, row: SheetRow) -> SheetRow:
        """The row with the cells above in its own empty ones."""
        if not self._above:
            return row
        cells = [*row.cells, *[None] * (max(self._above) + 1 - len(row.cells))]
        for place, above in self._above.items():
            if cells[place] in (None, ""):
                cells[place] = above
        self._above = {place: cells[place] for place in self._above}
        return replace(row, cells=cells)


def _place_of(letters: str) -> int:
    """The place of a column, from 0, by its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1

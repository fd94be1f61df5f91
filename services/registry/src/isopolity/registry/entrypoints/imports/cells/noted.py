"""Collects what a pass over the rows of a table shows beside numbers and dates: ticks, years, words, contacts.

Invariant: each is told with the first cell that shows it.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from isopolity.registry.entrypoints.imports.cells.columns import Column
from isopolity.registry.entrypoints.imports.cells.people import ADDRESS, NAME, Unclear, people_in
from isopolity.registry.entrypoints.imports.cells.values import date_readings, is_tick, truth_of
from isopolity.tables.rows import RawRow, shortened

_DIGIT: Final = re.compile("[1-5]")


@dataclass(frozen=True, slots=True)
class Place:
    """The line, column and text of a cell, for sentences."""

    line: int
    column: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: “{shortened(self.text)}”"


def place_of(row: RawRow, column: Column) -> Place:
    """The place of a cell."""
    return Place(row.line, column.name, str(row.values[column.name]))


class Ticks:
    """Collects the first cell of each column that ticks yes, and the columns with a cell that says no."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        self.noes: set[str] = set()

    def weigh(self, cell: Any, row: RawRow, column: Column) -> None:
        """Take a yes-or-no cell into account."""
        if is_tick(cell):
            self.places.setdefault(column.name, place_of(row, column))
        elif truth_of(cell) is False:
            self.noes.add(column.name)


class Words:
    """Finds the first cell with a need or an offer in words that has no number."""

    def __init__(self) -> None:
        self.place: Place | None = None
        self.unrated: Place | None = None
        """The first cell in codes that leaves the number out."""

    def weigh(self, cell: Any, row: RawRow, column: Column) -> None:
        """Take a cell of needs or offers into account."""
        if not isinstance(cell, str):
            return
        if self.place is None and cell and ":" not in cell and not _DIGIT.search(cell):
            self.place = place_of(row, column)
        if self.unrated is None and "::" in cell:
            self.unrated = place_of(row, column)


class People:
    """Counts rows with an address without a name, and with a name without an address, each with the first one."""

    def __init__(self) -> None:
        self._found: dict[str, list[Place]] = {NAME: [], ADDRESS: []}

    def weigh(self, row: RawRow) -> None:
        """Take the contacts of a row into account."""
        try:
            mentions = people_in(row.values)
        except Unclear:
            return
        if nameless := [each for each in mentions.people if not each.name]:
            self._found[ADDRESS].append(Place(row.line, ADDRESS, nameless[0].address))
        if mentions.without_address:
            self._found[NAME].append(Place(row.line, NAME, mentions.without_address[0]))

    def sentences(self) -> list[str]:
        """A sentence for each of both."""
        nameless, without_address = self._found[ADDRESS], self._found[NAME]
        found: list[str] = []
        if nameless:
            rows = "1 row has" if len(nameless) == 1 else f"{len(nameless):,} rows have"
            found.append(
                f"{rows} a contact's address without a name, as in {nameless[0]}. A new contact is called as its "
                "member, and a known one keeps its name."
            )
        if without_address:
            rows = "1 row names" if len(without_address) == 1 else f"{len(without_address):,} rows name"
            found.append(f"{rows} a contact without an address, who is left out, as in {without_address[0]}.")
        return found


class Years:
    """Collects the first date of each column of years."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}

    def weigh(self, cell: Any, row: RawRow, column: Column) -> None:
        """Take a cell of a column of years into account."""
        if isinstance(cell, str) and date_readings(cell):
            self.places.setdefault(column.name, place_of(row, column))

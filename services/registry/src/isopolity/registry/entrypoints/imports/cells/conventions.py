"""Finds the conventions of each column: from its cells, else from those of other columns, or from the sender, who is
asked otherwise.

Invariant: nothing is guessed. An ambiguous cell is read only if an unambiguous cell or the sender decides; and a
latitude with a decimal point does not turn “84.000” inhabitants into 84.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from isopolity.registry.entrypoints.imports.cells.columns import Column, Form
from isopolity.registry.entrypoints.imports.cells.noted import People, Place, Ticks, Words, Years, place_of
from isopolity.registry.entrypoints.imports.cells.people import ADDRESS, NAME
from isopolity.registry.entrypoints.imports.cells.plain_interests import USUAL_INTENSITY
from isopolity.registry.entrypoints.imports.cells.thousands import INHABITANTS, POPULATION, THOUSANDS, in_thousands
from isopolity.registry.entrypoints.imports.cells.values import (
    COMMA,
    DAY_FIRST,
    MONTH_FIRST,
    POINT,
    date_readings,
    number_readings,
    written_date,
    written_number,
)
from isopolity.tables.rows import RawRow, UnreadableFile

DECIMAL: Final = "decimal"
DATES: Final = "dates"
CHOICES: Final[Mapping[str, Mapping[str, str]]] = {
    DECIMAL: {POINT: "like 1,234.5", COMMA: "like 1.234,5"},
    DATES: {DAY_FIRST: "like 31.12.2027, day first", MONTH_FIRST: "like 12/31/2027, month first"},
}
"""The choices of each convention, with their descriptions in sentences."""
_WHAT: Final = {DECIMAL: "Numbers", DATES: "Dates"}


class Undecided(UnreadableFile):
    """A cell is ambiguous and nothing decides; the sender must choose the convention."""


@dataclass(frozen=True, slots=True)
class Convention:
    """A convention of a column: its name, its choice, and the cell that decides; None if the sender chose it."""

    name: str
    choice: str
    place: Place | None

    def sentence(self, columns: Iterable[str] = ()) -> str:
        """How the cells of these columns are read; by default those of all columns."""
        reason = f"as in {self.place}" if self.place is not None else "as you chose"
        where = f" in {', '.join(columns)}" if columns else ""
        return f"{_WHAT[self.name]}{where} are read as written {CHOICES[self.name][self.choice]}, {reason}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Conventions:
    """The conventions of a table; conventions that no cell needs are left out."""

    chosen: Mapping[str, Mapping[str, Convention]] = field(default_factory=dict)
    """By name of the convention, the one of each column."""
    ticked: Mapping[str, Place] = field(default_factory=dict)
    """Yes-or-no columns in which an empty cell means no, each with a cell that shows this."""
    torn: frozenset[str] = frozenset()
    """Yes-or-no columns in which an empty cell is ambiguous."""
    dated: Mapping[str, Place] = field(default_factory=dict)
    """Columns of years with a date, of which the year counts, each with the first one."""
    thousands: bool = False
    """Whether numbers of inhabitants are in thousands."""
    together: Sequence[Sequence[int]] = ()
    """The lines of each city that several rows are about."""
    others: Sequence[str] = ()
    """Sentences on how rows were read otherwise."""
    people: Sequence[str] = ()
    """Sentences on contacts of which the name or the address is missing."""
    in_words: Place | None = None
    """The first cell with a need or an offer in plain words that gives no intensity."""

    unrated: Place | None = None
    """The first cell with a need or an offer in codes that gives no intensity."""

    def choice(self, name: str, column: str | None = None) -> str | None:
        """The choice of the convention `name` in a column, by default the one that all columns share; or None."""
        of_columns = self.chosen.get(name, {})
        if column is not None and column in of_columns:
            return of_columns[column].choice
        choices = {one.choice for one in of_columns.values()} if column is None else set()
        return choices.pop() if len(choices) == 1 else None

    def sentences(self) -> list[str]:
        """A sentence for each choice of a convention."""
        found: list[str] = []
        for of_columns in self.chosen.values():
            by_choice: dict[str, list[str]] = {}
            for column, one in of_columns.items():
                by_choice.setdefault(one.choice, []).append(column)
            several = len(by_choice) > 1
            found += [of_columns[some[0]].sentence(some if several else ()) for some in by_choice.values()]
        ticks = [f"An empty {name} is read as no, as yes is ticked in {place}." for name, place in self.ticked.items()]
        found += [f"Of a date in {name} only the year counts, as in {place}." for name, place in self.dated.items()]
        if self.thousands:
            found.append("Numbers of inhabitants are multiplied by 1,000, as you chose.")
        if self.in_words is not None:
            found.append(
                f"Needs and offers in words without a number from 1 to 5 get {USUAL_INTENSITY}, as in {self.in_words}."
            )
        if self.unrated is not None:
            found.append(
                f"Needs and offers in codes without a number keep the one that is stored, else get {USUAL_INTENSITY}, "
                f"as in {self.unrated}."
            )
        return [*found, *ticks, *self.people, *self.others]


def find(columns: Iterable[Column], rows: Iterable[RawRow], said: Mapping[str, str]) -> Conventions:
    """The conventions of `rows`; choices in `said` take precedence. Raises Undecided."""
    thousands = said.get(INHABITANTS) == THOUSANDS
    columns = [in_thousands(each) if thousands and each.name == POPULATION else each for each in columns]
    decimals, days, ticks, words, years = _Search(DECIMAL), _Search(DATES), Ticks(), Words(), Years()
    people = People() if any(each.name in (NAME, ADDRESS) for each in columns) else None
    weigh: Mapping[Form, Callable[[Any, RawRow, Column], None]] = {
        Form.WHOLE: decimals.weigh,
        Form.NUMBER: decimals.weigh,
        Form.DATE: days.weigh,
        Form.TRUTH: ticks.weigh,
        Form.INTEREST: words.weigh,
    }
    weighed = [
        (column, years.weigh if column.is_year else weigh[column.form]) for column in columns if column.form in weigh
    ]
    for row in rows if weighed or people else ():
        if row.problem is not None:
            continue
        if people is not None:
            people.weigh(row)
        for column, weigh_cell in weighed:
            weigh_cell(row.values.get(column.name), row, column)
    chosen = {search.name: search.result(said) for search in (decimals, days)}
    return Conventions(
        chosen={name: of_columns for name, of_columns in chosen.items() if of_columns},
        ticked={name: place for name, place in ticks.places.items() if name not in ticks.noes},
        torn=frozenset(ticks.places.keys() & ticks.noes),
        dated=years.places,
        thousands=thousands and any(each.name == POPULATION for each in columns),
        people=[] if people is None else people.sentences(),
        in_words=words.place,
        unrated=words.unrated,
    )


Readings = Mapping[str, float] | Mapping[str, date]


class _Search:
    """Collects the first cells of each column that are evidence for one convention."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._certain: dict[str, dict[str, Place]] = {}
        """By column, the first cell that has a meaning only under a choice."""
        self._open: dict[str, dict[str | None, tuple[Place, Readings]]] = {}
        """By column, open readings by the choice that would make a thousandth of the number; None for a date."""

    def weigh(self, cell: Any, row: RawRow, column: Column) -> None:
        """Take a cell into account, if it is a text to which the convention applies."""
        if not isinstance(cell, str) or cell.isdigit():
            return
        readings: Readings = date_readings(cell) if self.name == DATES else number_readings(cell, column)
        if len(readings) == 1:
            (choice,) = readings
            self._certain.setdefault(column.name, {}).setdefault(choice, place_of(row, column))
        elif len(set(readings.values())) > 1:
            smaller = min(readings, key=lambda choice: readings[choice]) if self.name == DECIMAL else None
            self._open.setdefault(column.name, {}).setdefault(smaller, (place_of(row, column), readings))

    def result(self, said: Mapping[str, str]) -> Mapping[str, Convention]:
        """The convention of each column; a column whose cells need none is left out. Raises Undecided.

        Cells of a column that has both ways of writing are read one by one, if none of them is ambiguous.
        """
        if (choice := said.get(self.name)) is not None:
            columns = list(dict.fromkeys((*self._certain, *self._open))) or [""]  # dates in needs follow it, too
            return {column: Convention(self.name, choice, None) for column in columns}
        found: dict[str, Convention] = {}
        for column in dict.fromkeys((*self._certain, *self._open)):
            certain, ambiguous = self._certain.get(column, {}), self._open.get(column, {})
            if not certain:
                certain = self._elsewhere()
            if len(certain) != 1:
                for cell, readings in ambiguous.values():
                    raise self._undecided(cell, readings, certain)
                continue
            ((choice, place),) = certain.items()
            if choice in ambiguous:
                raise self._undecided(*ambiguous[choice], certain)
            found[column] = Convention(self.name, choice, place)
        return found

    def _elsewhere(self) -> dict[str, Place]:
        """The first cell of any column for each choice."""
        return {choice: place for certain in reversed(self._certain.values()) for choice, place in certain.items()}

    def _undecided(self, cell: Place, readings: Readings, certain: Mapping[str, Place]) -> Undecided:
        """The error for an ambiguous cell; one of `certain` decides for other numbers, but not for whole ones."""
        ways = {choice: _rendered(value) for choice, value in readings.items()}
        sends = [f"{self.name}={choice} for {way}" for choice, way in ways.items()]
        start = f"Line {str(cell).removeprefix('line ')} can mean {' or '.join(ways.values())}"
        if not certain:
            return Undecided(f"{start}, and no other cell decides. Send {', or '.join(sends)}.")
        if len(certain) > 1:
            one, other = certain.values()
            return Undecided(
                f"{start}, and other cells are written both ways: {one}; {other}. Send {', or '.join(sends)}."
            )
        ((choice, like),) = certain.items()
        larger = next(way for other, way in ways.items() if other != choice)
        return Undecided(
            f"{start}; it means {ways[choice]} only if it is written like {like}. Send {self.name}={choice} if so; "
            f"for {larger} write it without marks."
        )


def _rendered(value: float | date) -> str:
    return written_date(value) if isinstance(value, date) else written_number(value)

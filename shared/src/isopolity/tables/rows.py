"""Rows of a file, one at a time, each with the line that it begins on; limits on files and rows; the heading.

A file beyond a limit is refused, a row beyond one becomes a problem. The limits are above every honest file: the world
has some 50,000 cities that could join, and the longest list of a profile has 250 entries. They keep the cost of any row
small.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

WHAT_TO_CHANGE: Final = "what_to_change"
"""The column of a returned file that says what to change; an import does not read it."""


class UnreadableFile(Exception):
    """The file as a whole cannot be read; the message says what to change."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it stands in the file: by column name in a table; as a JSON object otherwise.

    The values of a row with a problem are only for people to read.
    """

    line: int
    values: dict[str, Any]
    problem: str | None = None
    """A sentence that says what to change, if the row could not be read; else None."""


class RowFile(Protocol):
    """A file of rows; `columns` is None if every row names its own."""

    @property
    def columns(self) -> tuple[str, ...] | None: ...

    def __iter__(self) -> Iterator[RawRow]: ...

    def close(self) -> None:
        """Detach from the file without closing it."""


MOST_COLUMNS: Final = 500
MOST_MERGED: Final = 5_000
"""The most merged ranges of a workbook that count; one more of each sheet is read, to tell that there are more."""
LONGEST_RECORD: Final = 1_000_000
"""The most characters of a CSV record with its line breaks, or bytes of a line of JSON."""
LONGEST_TEXT: Final = 32_767
"""Characters of a cell, as in Excel."""
_LONGEST_NAME: Final = 100
"""Characters of the name of a field in JSON."""
_MOST_VALUES: Final = 10_000
"""Values of one row in JSON, inner ones included."""
_DEEPEST: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of a reading process: rows, seconds of clock and processor, bytes of memory and disk."""

    rows: int = 500_000
    seconds: float = 120.0
    cpu_seconds: int = 60
    memory: int = 1 << 30
    disk: int = 1 << 30


def bounded(rows: Iterable[RawRow], most: int, *, keep: bool = False) -> Iterator[RawRow]:
    """The rows, with a problem for each row beyond a limit; its values are dropped unless `keep`, for flat rows.

    Raises UnreadableFile for more than `most`.
    """
    for number, row in enumerate(rows, start=1):
        if number > most:
            raise UnreadableFile(f"The file has more than {most:,} rows; send it in parts.")
        excess = None if row.problem is not None else _excess(row.values)
        yield row if excess is None else RawRow(row.line, row.values if keep else {}, excess)


def _excess(values: dict[str, Any]) -> str | None:
    """A sentence for a row beyond a limit; None for others. Walks level by level, so depth needs no stack."""
    level: list[Any] = [values]
    count = 0
    for _ in range(_DEEPEST):
        if any(len(name) > _LONGEST_NAME or not name.isprintable() for one in level for name in _names(one)):
            return "A field of the row has a name that is none; correct it or take it out."
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return None
        count += len(level)
        if count > _MOST_VALUES:
            return f"The row holds more than {_MOST_VALUES:,} values; shorten its lists."
        if any(isinstance(one, str) and len(one) > LONGEST_TEXT for one in level):
            return f"A text in the row has more than {LONGEST_TEXT:,} characters; shorten it."
    return f"The row is nested more than {_DEEPEST} levels deep; write it as the API's page shows."


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _names(value: Any) -> Iterable[str]:
    return value if isinstance(value, dict) else ()


_BETWEEN: Final = re.compile("[ \u00a0-]+")
_SHORT: Final = 40
"""The most characters of a name in a sentence."""


def heading(cells: Sequence[object]) -> tuple[str, ...]:
    """The names of the columns: in lower case, `_` for spaces and hyphens; empty ones at the end are left out.

    Raises UnreadableFile for a heading without names or with a name twice.
    """
    names = [_BETWEEN.sub("_", str(cell).strip().lower()) if cell is not None else "" for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise UnreadableFile("The first line is empty; it must name the columns.")
    if len(names) > MOST_COLUMNS:
        raise UnreadableFile(f"The first line names {len(names):,} columns; at most {MOST_COLUMNS} are possible.")
    if not all(name.isprintable() for name in names):
        raise UnreadableFile("The file is no table: its first line must name the columns, and does not read as text.")
    if "" in names:
        raise UnreadableFile(f"Column {names.index('') + 1} has no name in the first line; name it or take it out.")
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise UnreadableFile(f"The column {shortened(name)} stands twice in the first line; take one out.")
        seen.add(name)
    return tuple(names)


def widened(columns: tuple[str, ...], width: int) -> tuple[str, ...]:
    """The columns, with invented names for those without a heading, up to `width` in all."""
    return columns + tuple(f"column {number}" for number in range(len(columns) + 1, width + 1))


def shortened(name: str) -> str:
    """The name for a sentence, shortened if it is long."""
    return name if len(name) <= _SHORT else f"{name[:_SHORT]}…"

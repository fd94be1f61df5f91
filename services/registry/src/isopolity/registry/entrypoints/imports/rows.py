"""Rows of a file, one at a time, each with the line that it begins on; and the heading line of a table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from isopolity.registry.entrypoints.imports.bounds import MOST_COLUMNS


class UnreadableFile(Exception):
    """The file as a whole cannot be taken; the message says what to change."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it stands in the file: by column name in a table; as a JSON object otherwise."""

    line: int
    values: dict[str, Any]
    problem: str | None = None
    """A sentence that says what to change, where a row cannot be split into cells."""


class RowFile(Protocol):
    """A file of rows; `columns` is None where every row names its own."""

    @property
    def columns(self) -> tuple[str, ...] | None: ...

    def __iter__(self) -> Iterator[RawRow]: ...

    def close(self) -> None:
        """Let go of the file without closing it."""


_SHOWN: Final = 40
"""Characters of a name that a sentence shows."""


def heading(cells: Sequence[object]) -> tuple[str, ...]:
    """The names of the columns; empty ones at the end are left out. Raises UnreadableFile for one that is none."""
    names = [str(cell).strip().lower() if cell is not None else "" for cell in cells]
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
            raise UnreadableFile(f"The column {shown(name)} stands twice in the first line; take one out.")
        seen.add(name)
    return tuple(names)


def shown(name: str) -> str:
    """The name as a sentence shows it: cut where it is long."""
    return name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…"

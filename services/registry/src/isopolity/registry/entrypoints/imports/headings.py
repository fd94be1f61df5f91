"""The heading line of a table."""

from collections.abc import Sequence
from typing import Final

from isopolity.registry.entrypoints.imports.bounds import MOST_COLUMNS
from isopolity.registry.entrypoints.imports.rows import UnreadableFile

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

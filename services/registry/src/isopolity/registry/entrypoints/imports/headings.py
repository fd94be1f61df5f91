"""The heading line of a table."""

from collections.abc import Sequence

from isopolity.registry.entrypoints.imports.rows import UnreadableFile


def heading(cells: Sequence[object]) -> tuple[str, ...]:
    """The names of the columns; empty ones at the end are left out. Raises UnreadableFile for one that is none."""
    names = [str(cell).strip().lower() if cell is not None else "" for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise UnreadableFile("The first line is empty; it must name the columns.")
    if not all(name.isprintable() for name in names):
        raise UnreadableFile("The file is no table: its first line must name the columns, and does not read as text.")
    if "" in names:
        raise UnreadableFile(f"Column {names.index('') + 1} has no name in the first line; name it or take it out.")
    for name in names:
        if names.count(name) > 1:
            raise UnreadableFile(f"The column {name} stands twice in the first line; take one out.")
    return tuple(names)

"""The heading line of a table."""

from collections.abc import Sequence

from isopolity.registry.entrypoints.imports.rows import UnreadableFile


def heading(cells: Sequence[object]) -> tuple[str, ...]:
    """The names of the columns; empty ones at the end are left out. Raises UnreadableFile for doubled ones."""
    names = [str(cell).strip().lower() if cell is not None else "" for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise UnreadableFile("The first line is empty; it must name the columns.")
    for name in names:
        if names.count(name) > 1:
            raise UnreadableFile(
                f"The column {name or '(without a name)'} stands twice in the first line; take one out."
            )
    return tuple(names)

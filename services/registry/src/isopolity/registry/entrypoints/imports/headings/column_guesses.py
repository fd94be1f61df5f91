"""Columns whose heading does not tell them: by a second line of headings, and by what their cells are.

Invariant: no column is given twice, and one that is known stays.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from isopolity.registry.entrypoints.imports.cells.codes import COUNTRY, code_lists
from isopolity.registry.entrypoints.imports.headings.meanings import columns_of
from isopolity.registry.entrypoints.imports.tables import TABLES
from isopolity.tables.spool import SheetRow

_FEWEST: Final = 2
"""The fewest cells that tell what a column is."""
_MOST_OF: Final = 0.8
"""The share of cells that have to be of one kind."""


def by_content(kind: str, columns: list[str | None], rows: Sequence[SheetRow]) -> list[str | None]:
    """The columns, with country, e-mail and web address where a single heading without meaning has such cells."""
    for form, holds in _CONTENT.items():
        wanted = next((name for name in _CONTENT_COLUMNS[form] if name in TABLES[kind].columns), None)
        if wanted is None or wanted in columns:
            continue
        found = [place for place, name in enumerate(columns) if name is None and _holds(rows, place, holds)]
        if len(found) == 1:
            columns[found[0]] = wanted
    return columns


_CONTENT_COLUMNS: Final = {
    "country": ("country", "home_country", "city_country"),
    "mail": ("contact_email",),
    "web": ("web",),
}
_CONTENT: Final[Mapping[str, Any]] = {
    "country": lambda text: code_lists()[COUNTRY].code(text) is not None,
    "mail": lambda text: "@" in text and "." in text,
    "web": lambda text: text.lower().startswith(("http://", "https://", "www.")),
}


def by_second(kind: str, columns: list[str | None], cells: Sequence[Any]) -> list[str | None]:
    """The columns, with those that only the second line of headings tells."""
    more = columns_of(kind, cells)[: len(columns)]
    more += [None] * (len(columns) - len(more))
    return [one or (two if two not in columns else None) for one, two in zip(columns, more, strict=True)]


def _holds(rows: Sequence[SheetRow], place: int, holds: Any) -> bool:
    cells = [row.cells[place] for row in rows if place < len(row.cells) and row.cells[place] not in (None, "")]
    fitting = sum(isinstance(cell, str) and holds(cell) for cell in cells)
    return len(cells) >= _FEWEST and fitting >= _MOST_OF * len(cells)

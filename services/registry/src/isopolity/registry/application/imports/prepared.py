"""A prepared import: a file that staff checks, row by row, before it is imported.

Invariant: the import does exactly what staff has seen: `shown` is the digest of all effects in the preview.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from isopolity.registry.application.imports.effects import FieldChange

KEPT: Final = timedelta(days=1)
"""How long a prepared import and its rows are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedRow:
    """A row of the file, with its effect or its problems."""

    line: int
    state: str
    values: Mapping[str, Any]
    """Cells by column; cells beyond the heading have names such as `column 31`."""
    unreadable: str | None = None
    """The reason why the row cannot be split into cells, if it cannot."""
    problems: Sequence[tuple[str | None, str]] = ()
    """Problems: the column, if one is to blame, and what to change."""
    changes: Sequence[FieldChange] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedImport:
    """A file that was read, and the report on it."""

    import_id: str
    prepared_at: datetime
    name: str
    """The sender's name for the file."""
    digest: str
    """SHA-256 of the file."""
    kind: str
    endorse: bool
    said: Mapping[str, str]
    columns: Sequence[str]
    shown: str
    """The digest of the effects of all rows."""
    report: Mapping[str, Any]
    taken_at: datetime | None = None
    """When it was imported; its rows are deleted then, and `report` is that of the import."""


class PreparedImports(Protocol):
    """Stores prepared imports and their rows."""

    async def put(self, prepared: PreparedImport) -> None:
        """Store the import, in place of its earlier state."""

    async def get(self, import_id: str) -> PreparedImport | None:
        """The import with this id, or None; locked until the transaction ends."""

    async def newest(self, limit: int) -> Sequence[PreparedImport]:
        """The newest imports, the last one first; not locked."""

    async def add_rows(self, prepared: PreparedImport, rows: Sequence[PreparedRow]) -> None:
        """Add rows to an import."""

    async def rows(
        self, import_id: str, *, states: Collection[str] = (), after: int, limit: int
    ) -> Sequence[PreparedRow]:
        """Up to `limit` rows after the line `after`, in their order; of all states if `states` is empty."""

    async def remove_rows(self, import_id: str) -> None:
        """Delete the rows of an import."""

    async def remove(self, import_id: str) -> bool:
        """Delete an import with its rows; returns whether it existed."""

"""A prepared import: a file that somebody of staff looks at, row by row, before it is done.

Invariant: what is done is what was shown: `shown` stands for all effects that the rows had when they were looked at.
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
    """A row as it stands in the file, and what it would do, or what is wrong with it."""

    line: int
    state: str
    values: Mapping[str, Any]
    """Cells by column; those beyond the heading are called `column 31` and so on."""
    unreadable: str | None = None
    """Why the row cannot be split into cells."""
    problems: Sequence[tuple[str | None, str]] = ()
    """The column to blame, if one is, and what to change."""
    changes: Sequence[FieldChange] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedImport:
    """A file that was read, and what came of it."""

    import_id: str
    prepared_at: datetime
    name: str
    """Of the file, as its sender calls it."""
    digest: str
    """SHA-256 of the file."""
    kind: str
    endorse: bool
    said: Mapping[str, str]
    columns: Sequence[str]
    shown: str
    """Stands for what all rows would do."""
    report: Mapping[str, Any]
    taken_at: datetime | None = None
    """When it was done; its rows are gone then, and `report` tells what was done."""


class PreparedImports(Protocol):
    """Prepared imports of one transaction, and their rows."""

    async def put(self, prepared: PreparedImport) -> None:
        """Keep it, in place of an earlier state of it."""

    async def get(self, import_id: str) -> PreparedImport | None:
        """The one with this id, or None; locked until the transaction ends."""

    async def newest(self, limit: int) -> Sequence[PreparedImport]:
        """The newest, the last one first; not locked."""

    async def add_rows(self, prepared: PreparedImport, rows: Sequence[PreparedRow]) -> None:
        """Keep rows of it."""

    async def rows(
        self, import_id: str, *, states: Collection[str] = (), after: int, limit: int
    ) -> Sequence[PreparedRow]:
        """Up to `limit` rows behind the line `after`, in their order; of all states where none is named."""

    async def remove_rows(self, import_id: str) -> None:
        """Delete its rows."""

    async def remove(self, import_id: str) -> bool:
        """Delete it with its rows; returns whether it was there."""

"""Reading the audit, and what becomes of its entries with time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries are wanted; None asks nothing. `since` is included, `until` is not."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def audit_entries(
    connection: AsyncConnection, table: Table, wanted: AuditFilter, *, before: int | None, limit: int
) -> Sequence[Any]:
    """The rows that are wanted, the newest first, with ids below `before`."""
    columns = table.c
    conditions = [
        column == value
        for column, value in (
            (columns.actor, wanted.actor),
            (columns.action, wanted.action),
            (columns.subject_id, wanted.subject),
        )
        if value is not None
    ]
    if wanted.since is not None:
        conditions.append(columns.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(columns.at < wanted.until)
    if before is not None:
        conditions.append(columns.id < before)
    query = select(table).where(*conditions).order_by(columns.id.desc()).limit(limit)
    return (await connection.execute(query)).all()


async def age_audit(
    connection: AsyncConnection, table: Table, *, addresses_until: datetime, entries_until: datetime
) -> None:
    """Take the clients' addresses out of entries made before the one moment, and delete those before the other."""
    old = table.c.at < addresses_until
    await connection.execute(update(table).where(old, table.c.address.is_not(None)).values(address=None))
    await connection.execute(delete(table).where(table.c.at < entries_until))

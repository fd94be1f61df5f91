"""Switches of consumer groups: a row that says that an operator has paused a group, or when it was resumed.

Invariant: a group without a row consumes; all instances of the service read the same row, also after a restart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.messaging.consuming.switch import SwitchPosition
from isopolity.messaging.errors import RetryableError
from isopolity.persistence.database import Database, DatabaseUnavailable
from isopolity.persistence.portable_sql import inserting


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchRow:
    """How a group is set, since when, and why."""

    is_paused: bool
    changed_at: datetime
    reason: str
    resumed_at: datetime | None


async def switches(connection: AsyncConnection, table: Table) -> Mapping[str, SwitchRow]:
    """All switches that were ever turned, by the name of the group."""
    columns = table.c
    query = select(columns.name, columns.is_paused, columns.changed_at, columns.reason, columns.resumed_at)
    return {
        name: SwitchRow(is_paused=paused, changed_at=at, reason=reason, resumed_at=resumed)
        for name, paused, at, reason, resumed in await connection.execute(query)
    }


async def turn(connection: AsyncConnection, table: Table, group: str, row: SwitchRow) -> None:
    """Set the switch of a group; who calls it commits."""
    values: dict[str, Any] = {
        "is_paused": row.is_paused,
        "changed_at": row.changed_at,
        "reason": row.reason,
        "resumed_at": row.resumed_at,
    }
    insert = inserting(connection, table).values(name=group, **values)
    await connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))


async def position_of(database: Database, table: Table, group: str) -> SwitchPosition:
    """The position of a group's switch. Raises RetryableError where the database does not tell."""
    try:
        async with database.reading() as connection:
            row = (await switches(connection, table)).get(group)
    except (SQLAlchemyError, DatabaseUnavailable, OSError) as error:  # before a migration the table is not there, too
        raise RetryableError(f"the switch cannot be read: {type(error).__name__}") from error
    return SwitchPosition() if row is None else SwitchPosition(is_paused=row.is_paused, resumed_at=row.resumed_at)

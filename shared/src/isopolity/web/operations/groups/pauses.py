"""`/<service>/v1/groups/{group}/pause` and `…/resume`: stop and start the instances of a group.

A row in the database says that an operator has paused a group, or when it was resumed; a group without a row consumes.
Invariant: all instances of the service read the same row, also after a restart. The entry in the audit is written in
the transaction of that row. A resumption is published too; its entry is written first, since no transaction spans
database and broker.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from fastapi import Depends
from pydantic import BaseModel, Field
from sqlalchemy import Table, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.messaging.consuming.dead_letter_limit import resumption
from isopolity.messaging.consuming.settings import SwitchPosition
from isopolity.messaging.errors import RetryableError
from isopolity.persistence.audit import SqlAudit, differing
from isopolity.persistence.database import Database, DatabaseUnavailable
from isopolity.persistence.portable_sql import inserting
from isopolity.web.operations.vitals import AskedVitals, ConsumerGroup, Vitals, publishing
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require

MAY_PAUSE: Final = require("operator:pause")


class Turning(BaseModel):
    """Why the group is paused or resumed; the audit keeps it."""

    reason: str = Field(min_length=3, max_length=500, examples=["a bad release of notify is rolled back"])


class Switched(BaseModel):
    """How the group is set now; its instances obey within ten seconds."""

    group: str
    is_paused: bool
    changed_at: datetime
    reason: str


def switching_router(service: str) -> ServiceRouter:
    """The routes that pause and resume a group of the service."""
    router = ServiceRouter(prefix=f"/{service}/v1/groups", dependencies=[Depends(MAY_PAUSE)])

    @router.post("/{group_id}/pause")
    async def pause(vitals: AskedVitals, group_id: str, wanted: Turning) -> Switched:
        """Stop all instances of the group within ten seconds, until it is resumed; restarts do not end the pause."""
        return await _turned(vitals, group_id, is_paused=True, reason=wanted.reason)

    @router.post("/{group_id}/resume")
    async def resume(vitals: AskedVitals, group_id: str, wanted: Turning) -> Switched:
        """Let the group consume again, even if too many dead letters had stopped it; their count starts at 0."""
        return await _turned(vitals, group_id, is_paused=False, reason=wanted.reason)

    return router


async def _turned(vitals: Vitals, name: str, *, is_paused: bool, reason: str) -> Switched:
    group, now, table = known_group(vitals, name), vitals.clock(), vitals.tables.group_switches
    audit = SqlAudit(vitals.tables.audit, vitals.clock)
    async with vitals.database.writing() as connection:
        before = (await switches(connection, table)).get(group.name)
        resumed_at = now if not is_paused else (before.resumed_at if before else None)
        row = SwitchRow(is_paused=is_paused, changed_at=now, reason=reason, resumed_at=resumed_at)
        was, became = differing({} if before is None else asdict(before), asdict(row))
        audit.note("group", group.name, before=was, after=became)
        await audit.finish(connection)
        if is_paused:
            await turn(connection, table, group.name, row)
        await connection.commit()
    if not is_paused:
        async with publishing(vitals) as producer:
            await producer.publish([resumption(vitals.dead_letter_topic, group.name, now)])
        async with vitals.database.writing() as connection:
            await turn(connection, table, group.name, row)
            await connection.commit()
    return Switched(group=group.name, is_paused=is_paused, changed_at=now, reason=reason)


def known_group(vitals: Vitals, name: str) -> ConsumerGroup:
    """The group of this service with this name. Raises Problem if it has none."""
    for group in vitals.groups:
        if group.name == name:
            return group
    raise Problem(404, f"{vitals.service} runs no group {name[:200]}; see /{vitals.service}/v1/streams.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchRow:
    """How a group is set, since when, and why."""

    is_paused: bool
    changed_at: datetime
    reason: str
    resumed_at: datetime | None


async def switches(connection: AsyncConnection, table: Table) -> Mapping[str, SwitchRow]:
    """The switches of all groups that were ever paused or resumed, by the name of the group."""
    columns = table.c
    query = select(columns.name, columns.is_paused, columns.changed_at, columns.reason, columns.resumed_at)
    return {
        name: SwitchRow(is_paused=paused, changed_at=at, reason=reason, resumed_at=resumed)
        for name, paused, at, reason, resumed in await connection.execute(query)
    }


async def turn(connection: AsyncConnection, table: Table, group: str, row: SwitchRow) -> None:
    """Set the switch of a group; the caller commits."""
    values: dict[str, Any] = {
        "is_paused": row.is_paused,
        "changed_at": row.changed_at,
        "reason": row.reason,
        "resumed_at": row.resumed_at,
    }
    insert = inserting(connection, table).values(name=group, **values)
    await connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))


async def position_of(database: Database, table: Table, group: str) -> SwitchPosition:
    """The position of a group's switch. Raises RetryableError if the database cannot be read."""
    try:
        async with database.reading() as connection:
            row = (await switches(connection, table)).get(group)
    except (SQLAlchemyError, DatabaseUnavailable, OSError) as error:  # also before the migration that makes the table
        raise RetryableError(f"the switch cannot be read: {type(error).__name__}") from error
    return SwitchPosition() if row is None else SwitchPosition(is_paused=row.is_paused, resumed_at=row.resumed_at)

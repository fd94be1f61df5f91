"""Reports of other services in SQL: completeness of answers, deliveries of mails, signs of life.

Invariant: a report older than the known one has no effect, so that reports may come twice and in any order.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.contracts.catalogue import RESPONSE
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.answers.repository import SqlAnswers
from isopolity.persistence.portable_sql import inserting, pieces


class SqlWatermarks:
    """Watermarks on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def reach(self, partition: int, before: datetime) -> None:
        insert = inserting(self._connection, tables.watermarks).values(partition=partition, before=before)
        newer = insert.excluded.before > tables.watermarks.c.before
        await self._connection.execute(
            insert.on_conflict_do_update(
                index_elements=["partition"], set_={"before": insert.excluded.before}, where=newer
            )
        )

    async def answers_complete_before(self, partitions: int = RESPONSE.partitions) -> datetime | None:
        columns = tables.watermarks.c
        query = select(func.count(), func.min(columns.before)).where(columns.partition < partitions)
        known, before = (await self._connection.execute(query)).one()
        return before if known == partitions else None


class SqlDeliveries:
    """Deliveries on one connection; whether a side was silent or never mailed follows from them."""

    def __init__(self, connection: AsyncConnection, answers: SqlAnswers) -> None:
        self._connection = connection
        self._answers = answers

    async def put(self, message_id: str, version: int, proposal_id: str, side: str, mailed_at: datetime | None) -> None:
        insert = inserting(self._connection, tables.deliveries).values(
            message_id=message_id, version=version, proposal_id=proposal_id, side=side, mailed_at=mailed_at
        )
        changed = {name: insert.excluded[name] for name in ("version", "mailed_at")}
        newer = insert.excluded.version > tables.deliveries.c.version
        await self._connection.execute(
            insert.on_conflict_do_update(index_elements=["message_id"], set_=changed, where=newer)
        )
        self._answers.note([proposal_id])

    async def reached(self, proposal_ids: Collection[str]) -> Collection[tuple[str, str]]:
        columns, found = tables.deliveries.c, set[tuple[str, str]]()
        for piece in pieces(sorted(set(proposal_ids))):
            query = select(columns.proposal_id, columns.side).where(columns.mailed_at.is_not(None))
            rows = await self._connection.execute(query.where(columns.proposal_id.in_(piece)))
            found.update((row.proposal_id, row.side) for row in rows)
        return found


class SqlSightings:
    """Sightings on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def saw_canary(self, name: str, sounded_at: datetime, seen_at: datetime) -> bool:
        insert = inserting(self._connection, tables.sightings).values(name=name, sounded_at=sounded_at, seen_at=seen_at)
        changed = {column: insert.excluded[column] for column in ("sounded_at", "seen_at")}
        newer = insert.excluded.sounded_at > tables.sightings.c.sounded_at
        found = await self._connection.execute(
            insert.on_conflict_do_update(index_elements=["name"], set_=changed, where=newer)
        )
        return found.rowcount == 1

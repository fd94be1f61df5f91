"""Reports of other services in SQL: completeness of answers, deliveries of mails, signs of life.

Invariant: a report older than the known one has no effect, so that reports may come twice and in any order.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.contracts.catalogue import RESPONSE
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.answers.counts import SqlAnswers
from isopolity.matching.adapters.sql.documents import OnConnection, put_newer
from isopolity.persistence.portable_sql import pieces


class SqlWatermarks(OnConnection):
    """Watermarks on one connection."""

    async def reach(self, partition: int, before: datetime) -> None:
        row = {"partition": partition, "before": before}
        await put_newer(self._connection, tables.watermarks, row, by="before")

    async def answers_complete_before(self, partitions: int = RESPONSE.partitions) -> datetime | None:
        columns = tables.watermarks.c
        query = select(func.count(), func.min(columns.before)).where(columns.partition < partitions)
        known, before = (await self._connection.execute(query)).one()
        return before if known == partitions else None


class SqlDeliveries(OnConnection):
    """Deliveries on one connection; whether a side was silent or never mailed follows from them."""

    def __init__(self, connection: AsyncConnection, answers: SqlAnswers) -> None:
        super().__init__(connection)
        self._answers = answers

    async def put(self, message_id: str, version: int, proposal_id: str, side: str, mailed_at: datetime | None) -> None:
        row = {"message_id": message_id, "version": version, "mailed_at": mailed_at}
        row |= {"proposal_id": proposal_id, "side": side}
        await put_newer(self._connection, tables.deliveries, row, by="version")
        self._answers.note([proposal_id])

    async def reached(self, proposal_ids: Collection[str]) -> Collection[tuple[str, str]]:
        columns, found = tables.deliveries.c, set[tuple[str, str]]()
        for piece in pieces(sorted(set(proposal_ids))):
            query = select(columns.proposal_id, columns.side).where(columns.mailed_at.is_not(None))
            rows = await self._connection.execute(query.where(columns.proposal_id.in_(piece)))
            found.update((row.proposal_id, row.side) for row in rows)
        return found


class SqlSightings(OnConnection):
    """Sightings on one connection."""

    async def saw_canary(self, name: str, sounded_at: datetime, seen_at: datetime) -> bool:
        row = {"name": name, "sounded_at": sounded_at, "seen_at": seen_at}
        return await put_newer(self._connection, tables.sightings, row, by="sounded_at")

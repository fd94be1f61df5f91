"""Reports of notify in matching's database: up to when answers are complete, and whom a proposal was mailed to.

Its invariant: what is older than what is known changes nothing, so that reports may come twice and in any order.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.contracts.catalogue import RESPONSE
from isopolity.matching.adapters.sql.tables import DELIVERIES, WATERMARKS
from isopolity.persistence.bulk_inserts import inserting


class SqlWatermarks:
    """Watermarks on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def reach(self, partition: int, before: datetime) -> None:
        insert = inserting(self._connection, WATERMARKS).values(partition=partition, before=before)
        newer = insert.excluded.before > WATERMARKS.c.before
        await self._connection.execute(
            insert.on_conflict_do_update(
                index_elements=["partition"], set_={"before": insert.excluded.before}, where=newer
            )
        )

    async def answers_complete_before(self) -> datetime | None:
        query = select(func.count(), func.min(WATERMARKS.c.before)).where(WATERMARKS.c.partition < RESPONSE.partitions)
        told, before = (await self._connection.execute(query)).one()
        return before if told == RESPONSE.partitions else None


class SqlDeliveries:
    """Deliveries on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, message_id: str, version: int, proposal_id: str, side: str, mailed_at: datetime | None) -> None:
        insert = inserting(self._connection, DELIVERIES).values(
            message_id=message_id, version=version, proposal_id=proposal_id, side=side, mailed_at=mailed_at
        )
        changed = {name: insert.excluded[name] for name in ("version", "mailed_at")}
        newer = insert.excluded.version > DELIVERIES.c.version
        await self._connection.execute(
            insert.on_conflict_do_update(index_elements=["message_id"], set_=changed, where=newer)
        )

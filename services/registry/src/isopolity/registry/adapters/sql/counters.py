"""Counts of a day, shared by all instances.

Invariant: two transactions never count the same number; the second waits for the first.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.portable_sql import inserting
from isopolity.registry.adapters.sql.tables import counters


class SqlCounters:
    """Counters in registry's own database."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def count(self, subject: str, day: datetime) -> int:
        first = inserting(self._connection, counters).values(subject=subject, day=day, count=1)
        counted = first.on_conflict_do_update(
            index_elements=[counters.c.subject, counters.c.day], set_={"count": counters.c.count + 1}
        )
        return int((await self._connection.execute(counted.returning(counters.c.count))).scalar_one())

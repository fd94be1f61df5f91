"""The inbox: remembers which events have had their effect, in the transaction of the effect.

It forgets after a while (`INBOX_KEPT` in upkeep), so it is only for topics that keep events for less. On a compacted
topic, which keeps them for ever, decide by what is known of the aggregate: its version, or a unique key.
"""

from datetime import datetime

from sqlalchemy import Table, delete
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.clock import Clock
from isopolity.contracts.event import Envelope
from isopolity.persistence.bulk import inserting


class SqlInbox:
    """An inbox in the service's own database."""

    def __init__(self, table: Table, connection: AsyncConnection, clock: Clock) -> None:
        self._table = table
        self._connection = connection
        self._clock = clock

    async def first_time(self, envelope: Envelope) -> bool:
        """True once per event (source and id) among committed transactions."""
        row = {"event_id": envelope.id, "source": envelope.source, "seen_at": self._clock()}
        statement = inserting(self._connection, self._table).values(row).on_conflict_do_nothing()
        return (await self._connection.execute(statement)).rowcount == 1

    async def forget(self, before: datetime) -> int:
        """Delete what was seen before that moment; the topics keep no event that long. Returns how many."""
        return (await self._connection.execute(delete(self._table).where(self._table.c.seen_at < before))).rowcount

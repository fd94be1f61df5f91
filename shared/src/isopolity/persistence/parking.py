"""Parked events: an event that came before what it needs waits here, and is never dead-lettered for that.

Invariant: an event is parked, or taken back, in the same transaction as everything else its batch does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Table, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.machine.clock import Clock
from isopolity.messaging.broker import Record, dump_headers, load_headers
from isopolity.persistence.portable_sql import inserting


class Parking(Protocol):
    """Parking as handlers see it."""

    def arrived(self, awaited: str) -> None:
        """Say that what `awaited` names is here now: events that wait for it are handled after this batch."""


class SqlParking:
    """A parking place in the service's own database."""

    def __init__(self, table: Table, connection: AsyncConnection, clock: Clock) -> None:
        self._table = table
        self._connection = connection
        self._clock = clock
        self._arrived: set[str] = set()

    def arrived(self, awaited: str) -> None:
        self._arrived.add(awaited)

    async def park(self, record: Record, event_id: str, awaited: str) -> None:
        """Keep the record of an event until `awaited` arrives; an event that is parked already stays as it is.

        An event is identified by its id alone, since a topic that is made anew gives out places again.
        """
        row = {
            "event_id": event_id,
            "awaited": awaited,
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "timestamp": record.timestamp,
            "key": record.key,
            "value": record.value,
            "headers": dump_headers(record.headers),
            "parked_at": self._clock(),
        }
        await self._connection.execute(inserting(self._connection, self._table).values(row).on_conflict_do_nothing())

    async def take_arrived(self) -> Sequence[Record]:
        """Remove and return, in the order of parking, the records whose awaited things have arrived."""
        arrived, self._arrived = self._arrived, set()
        return await self._take(arrived) if arrived else ()

    async def _take(self, arrived: Iterable[str]) -> Sequence[Record]:
        columns = self._table.c
        found = select(self._table).where(columns.awaited.in_(list(arrived))).order_by(columns.id)
        rows = (await self._connection.execute(found)).all()
        if rows:
            await self._connection.execute(delete(self._table).where(columns.id.in_([row.id for row in rows])))
        return [
            Record(row.topic, row.partition, row.offset, row.timestamp, row.key, row.value, load_headers(row.headers))
            for row in rows
        ]


@dataclass(frozen=True, slots=True)
class ParkedStatus:
    """How many events wait for one thing, and since when the first does."""

    awaited: str
    count: int
    since: datetime


async def parked_status(connection: AsyncConnection, table: Table) -> Sequence[ParkedStatus]:
    """Things that events wait for, with the number of events, most first."""
    awaited, count, since = table.c.awaited, func.count(), func.min(table.c.parked_at)
    query = select(awaited, count, since).group_by(awaited).order_by(count.desc(), awaited)
    return [ParkedStatus(*row) for row in (await connection.execute(query)).all()]

"""The table of the journal: one line an event; finds lines by references, lineage or id, counts, deletes and backfills.

The backfill runs at each start: it adds lines for events on the log that have none, which takes little time. It begins
once the relay of this process publishes: until then the relay of an earlier release may, which writes no lines.
Invariant: each partition is read downward, block by block, from the first place that the journal knows. So an
interrupted backfill goes on where it stopped, and reads no entry twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Column, ColumnElement, Index, Integer, MetaData, String, Table, and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.contracts.catalogue import published_by
from isopolity.machine.clock import Clock
from isopolity.machine.turns import each_in_turns
from isopolity.messaging.broker import Bounds, Message, MessageBroker, Place, Reader, Record, TopicPartition
from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable
from isopolity.persistence.database import Database
from isopolity.persistence.health import postponing
from isopolity.persistence.journal.lines import Placed, keep_lines, line_of_message
from isopolity.persistence.lease import lease
from isopolity.persistence.portable_sql import BigIdentity, UtcDateTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A filter for lines: those that refer to any of these ids."""

    members: Sequence[str] = ()
    proposals: Sequence[str] = ()
    partnerships: Sequence[str] = ()
    mails: Sequence[str] = ()
    correlations: Sequence[str] = ()
    events: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(
            self.members or self.proposals or self.partnerships or self.mails or self.correlations or self.events
        )

    def condition(self, table: Table) -> ColumnElement[bool]:
        """The condition on lines of `table`."""
        columns = table.c
        asked = (
            (columns.member_id, self.members),
            (columns.other_member_id, self.members),
            (columns.proposal_id, self.proposals),
            (columns.partnership_id, self.partnerships),
            (columns.mail_id, self.mails),
            (columns.correlation_id, self.correlations),
            (columns.event_id, self.events),
        )
        return or_(*(column.in_(ids) for column, ids in asked if ids))


async def lines_of(
    connection: AsyncConnection, table: Table, wanted: Wanted, *, after: tuple[datetime, str] | None, limit: int
) -> Sequence[Any]:
    """The wanted lines, the oldest first, that come after a moment and an event's id."""
    query = select(table).where(wanted.condition(table))
    if after is not None:
        at, event_id = after
        later = table.c["at"] > at
        query = query.where(or_(later, and_(table.c["at"] == at, table.c.event_id > event_id)))
    return (await connection.execute(query.order_by(table.c["at"], table.c.event_id).limit(limit))).all()


async def counts_of(connection: AsyncConnection, table: Table, wanted: Wanted) -> Sequence[Any]:
    """The number of wanted lines of each type, and the moments of the first and the last."""
    columns = table.c
    moments = func.min(columns["at"]).label("first_at"), func.max(columns["at"]).label("last_at")
    query = select(columns.type, func.count().label("number"), *moments).where(wanted.condition(table))
    return (await connection.execute(query.group_by(columns.type).order_by(columns.type))).all()


async def forget_lines(connection: AsyncConnection, table: Table, before: datetime, limit: int) -> None:
    """Delete at most `limit` lines of events before that moment."""
    due = select(table.c.event_id).where(table.c["at"] < before).limit(limit)
    await connection.execute(delete(table).where(table.c.event_id.in_(due)))


def journal_table(metadata: MetaData) -> Table:
    """Define the table in `metadata`; `create_shared_tables` in a migration creates it.

    An event is about two members at most. `subject` is kept for compacted topics, where a later event with the same
    subject replaces an earlier one. `partition` and `offset` are null if the broker did not return the place.
    """
    table = Table(
        "journal",
        metadata,
        Column("event_id", String(100), primary_key=True),
        Column("type", String(100), nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Column("subject", String(300)),
        Column("member_id", String(128)),
        Column("other_member_id", String(128)),
        Column("proposal_id", String(128)),
        Column("partnership_id", String(128)),
        Column("mail_id", String(140)),
        Column("correlation_id", String(128), nullable=False, index=True),
        Column("causation_id", String(128)),
        Column("topic", String(200), nullable=False),
        Column("partition", Integer),
        Column("offset", BigIdentity),
    )
    Index("ix_journal_at", table.c["at"], postgresql_using="brin")  # lines are added in the order of their moments
    for name in ("member_id", "other_member_id", "proposal_id", "partnership_id", "mail_id"):
        known = table.c[name].is_not(None)
        Index(f"ix_journal_{name}", table.c[name], sqlite_where=known, postgresql_where=known)
    return table


_log = structlog.get_logger(__name__)
_BLOCK: Final = 500
"""Number of offsets of a partition that are read at once."""
_PAUSE: Final = 60.0
_WAIT: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """Adds lines for the events that a service published within the last `days`."""

    database: Database
    journal: Table
    broker: MessageBroker
    service: str
    clock: Clock
    days: int
    relay_leads: asyncio.Event
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    block: int = _BLOCK

    async def run(self) -> None:
        """Add all missing lines, in the process whose relay publishes; if database or broker is away, try again."""
        await self.relay_leads.wait()
        while True:
            with postponing(_log, "journal_backfill_postponed", BrokerUnavailable, BrokerRefused, service=self.service):
                async with lease(self.database, f"isopolity.{self.service}.journal"):
                    entered = await self.enter()
                if entered:
                    _log.info("journal_backfilled", service=self.service, events=entered)
                return
            await self.sleep(_PAUSE)

    async def enter(self) -> int:
        """Add a line for each event that has none; returns how many were added."""
        return sum([await self._topic(topic) for topic in published_by(self.service)])

    async def _topic(self, topic: str) -> int:
        bounds = await self.broker.bounds([topic])
        known = await self._first_known(topic)
        below = {place: min(known.get(place.partition, each.end), each.end) for place, each in bounds.items()}
        unread = {place for place, each in bounds.items() if below[place] > each.start}
        since, entered = self.clock() - timedelta(days=self.days), 0
        if not unread:
            return 0
        async with self.broker.reader([topic]) as reader:
            while unread:
                lows = {place: max(bounds[place].start, below[place] - self.block) for place in unread}
                records = await _between(reader, bounds, lows, below)
                entered += await self._keep(records)
                newest = {TopicPartition(r.topic, r.partition): r.timestamp for r in records}
                old = {place for place, moment in newest.items() if moment < since.timestamp() * 1000}
                below |= lows
                unread = {place for place in unread - old if below[place] > bounds[place].start}
        return entered

    async def _first_known(self, topic: str) -> Mapping[int, int]:
        columns = self.journal.c
        query = select(columns.partition, func.min(columns.offset)).where(columns.topic == topic)
        async with self.database.reading() as connection:
            rows = await connection.execute(query.where(columns.offset.is_not(None)).group_by(columns.partition))
            return {row.partition: row[1] for row in rows}

    async def _keep(self, records: Sequence[Record]) -> int:
        placed = await each_in_turns(_placed, records)
        async with self.database.writing() as connection:
            entered = await keep_lines(connection, self.journal, placed)
            await connection.commit()
        return entered


def _placed(record: Record) -> Placed:
    message = Message(record.topic, record.key or "", record.value, record.headers)
    return Placed(line_of_message(message), Place(record.topic, record.partition, record.offset))


async def _between(
    reader: Reader,
    bounds: Mapping[TopicPartition, Bounds],
    lows: Mapping[TopicPartition, int],
    below: Mapping[TopicPartition, int],
) -> Sequence[Record]:
    """The records of each partition from its low offset on, below the other one."""
    ends = await reader.end_offsets()
    await reader.seek({place: lows.get(place, ends[place]) for place in bounds})
    found: list[Record] = []
    while True:
        positions = await reader.position()
        if all(positions[place] >= below[place] for place in lows):
            return found
        for batch in await reader.fetch(limit=_BLOCK, timeout=_WAIT):
            found += [r for r in batch.records if r.offset < below.get(batch.partition, 0)]

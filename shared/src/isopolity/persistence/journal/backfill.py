"""Entering in the journal what the log still holds from before there was one; done at each start, and soon over then.

It begins once the relay of this process publishes: until then one of an earlier release may, which keeps no lines.
Invariant: each partition is read downward, block by block, from the first place that the journal knows. So whatever is
interrupted goes on where it was, and what is entered already is not read again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import Table, func, select

from isopolity.contracts.catalogue import published_by
from isopolity.machine.clock import Clock
from isopolity.machine.turns import each_in_turns
from isopolity.messaging.broker import Bounds, Message, MessageBroker, Place, Reader, Record, TopicPartition
from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable, UnreadableRecord
from isopolity.persistence.database import Database, is_unavailable
from isopolity.persistence.journal.lines import Placed, keep_lines, line_of_message
from isopolity.persistence.lease import lease

_log = structlog.get_logger(__name__)
_BLOCK: Final = 500
"""Offsets of one partition that are read together."""
_PAUSE: Final = 60.0
_WAIT: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """Enters the events that a service published within the last `days`."""

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
        """Enter all, in the process whose relay publishes; where database or broker is away, try again."""
        await self.relay_leads.wait()
        while True:
            try:
                async with lease(self.database, f"isopolity.{self.service}.journal"):
                    entered = await self.enter()
            except (BrokerUnavailable, BrokerRefused, UnreadableRecord) as error:
                _log.warning("journal_backfill_postponed", service=self.service, error=type(error).__name__)
            except Exception as error:
                if not is_unavailable(error):
                    raise
                _log.warning("journal_backfill_postponed", service=self.service, error=type(error).__name__)
            else:
                if entered:
                    _log.info("journal_backfilled", service=self.service, events=entered)
                return
            await self.sleep(_PAUSE)

    async def enter(self) -> int:
        """Enter all events that are missing; returns how many there were."""
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

"""The unit of work: one transaction with everything that must commit together: outbox, parked events, audit.

Events are written to the outbox in the transaction that changes the state, and a relay publishes them later. An event
that arrives before another one that it needs is parked here, and does not become a dead letter for that.

Invariant: only `commit` makes anything durable; leaving the block without it rolls everything back. An event is
published if and only if its transaction committed, and is parked, or taken back, in the transaction of its batch.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Final, Protocol, Self

from sqlalchemy import Table, delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.contracts.catalogue import EVENT_TYPES, TOPIC_OF_TYPE
from isopolity.contracts.cloudevents import encode_data, encode_headers
from isopolity.contracts.event import Data, Envelope, Event, Lineage
from isopolity.identity.lineage import current_lineage
from isopolity.machine.clock import Clock, IdFactory
from isopolity.messaging.broker import MAX_MESSAGE_BYTES, Message, Record, dump_headers, load_headers, size_of
from isopolity.messaging.errors import MessageTooLarge
from isopolity.persistence.audit import SqlAudit
from isopolity.persistence.database import Database
from isopolity.persistence.journal.lines import NO_LINE, Ref, line_of, refs_of, refs_of_json
from isopolity.persistence.portable_sql import insert_rows, inserting
from isopolity.persistence.sqlite_file import mark_for_rewriting
from isopolity.persistence.tables import MessagingTables

OUTBOX_CHANNEL = "isopolity_outbox"

_MAX_BYTES: Final = MAX_MESSAGE_BYTES - 20_000
"""The largest message of an outbox; leaves room for the headers that a consumer adds to a dead letter."""


class Outbox(Protocol):
    """The port by which application code publishes the events of its transaction."""

    def publish(self, event_type: str, data: Data) -> str:
        """Publish `data` as an event of `event_type` when the transaction commits; returns the event's id.

        Raises MessageTooLarge for an event that a broker would refuse, since in the outbox it would block all later
        ones.
        """

    def publish_json(self, event_type: str, subject: str, value: bytes) -> str:
        """Publish data about `subject` that is JSON already and fits the contract of `event_type`.

        Returns the event's id. Raises MessageTooLarge as `publish` does.
        """


class NoOutbox:
    """The outbox of a transaction that only reads: nothing is published."""

    def publish(self, event_type: str, data: Data) -> str:
        """Publish nothing."""
        return ""

    def publish_json(self, event_type: str, subject: str, value: bytes) -> str:
        """Publish nothing."""
        return ""


@dataclass(frozen=True, slots=True)
class EventFactory:
    """Makes events of one service, with ids, times and the current lineage."""

    source: str
    clock: Clock
    ids: IdFactory

    def event(self, event_type: str, data: Data) -> Event[Data]:
        """An event about the aggregate whose state is `data`."""
        return Event(self.envelope(event_type, _subject(event_type, data)), data)

    def envelope(self, event_type: str, subject: str) -> Envelope:
        """The envelope of an event about `subject`."""
        identifier = self.ids()
        lineage = current_lineage() or Lineage(identifier)
        schema = EVENT_TYPES[event_type].dataschema
        return Envelope(identifier, self.source, event_type, subject, self.clock(), schema, lineage)


def _subject(event_type: str, data: Data) -> str:
    return str(getattr(data, EVENT_TYPES[event_type].key_field))


class SqlOutbox:
    """Collects events and writes them in one statement when the unit of work flushes."""

    def __init__(self, table: Table, factory: EventFactory) -> None:
        self._table = table
        self._factory = factory
        self._rows: list[dict[str, object]] = []

    def publish(self, event_type: str, data: Data) -> str:
        return self._publish(event_type, _subject(event_type, data), encode_data(data), refs_of(event_type, data))

    def publish_json(self, event_type: str, subject: str, value: bytes) -> str:
        return self._publish(event_type, subject, value, refs_of_json(event_type, subject, value))

    def _publish(self, event_type: str, subject: str, value: bytes, refs: Sequence[Ref]) -> str:
        envelope = self._factory.envelope(event_type, subject)
        message = Message(TOPIC_OF_TYPE[event_type].name, subject, value, encode_headers(envelope))
        size = size_of(message)
        if size > _MAX_BYTES:
            raise MessageTooLarge(f"{event_type} would have {size} bytes; at most {_MAX_BYTES} are allowed")
        self._add(message, envelope.time, line_of(envelope, refs))
        return envelope.id

    def forward(self, message: Message) -> None:
        """Send a message that is not a new event, such as a dead letter, when the transaction commits."""
        self._add(message, self._factory.clock(), NO_LINE)

    async def flush(self, connection: AsyncConnection) -> bool:
        """Write the published events; returns whether there were any."""
        if not self._rows:
            return False
        await insert_rows(connection, self._table, self._rows)
        self._rows = []
        if connection.dialect.name == "postgresql":
            await connection.execute(text(f"NOTIFY {OUTBOX_CHANNEL}"))
        return True

    def _add(self, message: Message, at: datetime, line: str) -> None:
        self._rows.append(
            {
                "topic": message.topic,
                "key": message.key,
                "value": message.value,
                "headers": dump_headers(message.headers),
                "created_at": at,
                "line": line,
            }
        )


Wake = Callable[[], None]
"""Tells the relay of this process that there is something to publish."""


class Parking(Protocol):
    """The part of parking that handlers use."""

    def arrived(self, awaited: str) -> None:
        """Say that `awaited` has arrived: events that are parked for it are handled after this batch."""


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
        """Keep the record of an event until `awaited` arrives; does nothing for an event that is parked already.

        An event is identified by its id alone, since a topic that is made anew uses places again.
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
        """Remove and return the records whose awaited things have arrived, in the order of parking."""
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
    """How many events are parked for one thing, and since when the first is."""

    awaited: str
    count: int
    since: datetime


async def parked_status(connection: AsyncConnection, table: Table) -> Sequence[ParkedStatus]:
    """The things that events are parked for, those with the most events first."""
    awaited, count, since = table.c.awaited, func.count(), func.min(table.c.parked_at)
    query = select(awaited, count, since).group_by(awaited).order_by(count.desc(), awaited)
    return [ParkedStatus(*row) for row in (await connection.execute(query)).all()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """The parts from which a service makes each unit of work."""

    database: Database
    tables: MessagingTables
    events: EventFactory
    wake: Wake


class SqlUnitOfWork:
    """A transaction with outbox, parking and audit; a service's own adds its repositories in `_open`."""

    connection: AsyncConnection
    outbox: SqlOutbox
    parking: SqlParking
    audit: SqlAudit

    def __init__(self, storage: Storage, *, for_reading: bool = False) -> None:
        """With `for_reading` it never waits for a writer, not even in SQLite, and cannot be committed."""
        self._storage = storage
        self._for_reading = for_reading
        self._stack = AsyncExitStack()
        self._erases = False

    @property
    def clock(self) -> Clock:
        return self._storage.events.clock

    async def __aenter__(self) -> Self:
        storage = self._storage
        opened = storage.database.reading() if self._for_reading else storage.database.writing()
        self.connection = await self._stack.enter_async_context(opened)
        self.outbox = SqlOutbox(storage.tables.outbox, storage.events)
        self.parking = SqlParking(storage.tables.parked, self.connection, storage.events.clock)
        self.audit = SqlAudit(storage.tables.audit, storage.events.clock)
        self._open()
        return self

    def _open(self) -> None:
        """Make the service's repositories on `self.connection`."""

    async def _flush(self) -> None:
        """Write the changes that the service's repositories have collected."""

    async def erases_a_person(self) -> None:
        """Say that this transaction deletes a person's data; copies in a SQLite file are deleted after the commit."""
        if self._storage.database.is_sqlite and not self._erases:
            await mark_for_rewriting(self.connection)
            self._erases = True

    async def commit(self) -> None:
        """Make everything durable, then wake the relay."""
        if self._for_reading:
            raise RuntimeError("what was opened for reading cannot be committed")
        await self._flush()
        published = await self.outbox.flush(self.connection)
        await self.audit.finish(self.connection)
        await self.connection.commit()
        if published:
            self._storage.wake()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, traceback)
        if self._erases and error is None:
            await self._storage.database.truncate_log()  # upkeep does the rest, and tries again if this failed

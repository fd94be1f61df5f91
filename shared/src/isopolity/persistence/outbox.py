"""The outbox: events are written in the transaction that changes the state, and a relay publishes them later.

Invariant: an event is published if and only if its transaction committed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.contracts.catalogue import EVENT_TYPES, TOPIC_OF_TYPE
from isopolity.contracts.cloudevents import encode_data, encode_headers
from isopolity.contracts.event import Data, Envelope, Event, Lineage
from isopolity.identity.lineage import current_lineage
from isopolity.machine.clock import Clock, IdFactory
from isopolity.messaging.broker import MAX_MESSAGE_BYTES, Message, dump_headers, size_of
from isopolity.messaging.errors import MessageTooLarge
from isopolity.persistence.journal.lines import NO_LINE, line_of
from isopolity.persistence.journal.refs import Ref, refs_of, refs_of_json
from isopolity.persistence.portable_sql import insert_rows

OUTBOX_CHANNEL = "isopolity_outbox"
_MAX_BYTES: Final = MAX_MESSAGE_BYTES - 20_000
"""So that a consumer can still put it among the dead letters, which adds headers."""


class Outbox(Protocol):
    """Where application code leaves the events of its transaction."""

    def publish(self, event_type: str, data: Data) -> str:
        """Publish `data` as an event of `event_type` when the transaction commits; returns the event's id.

        Raises MessageTooLarge for what no broker would take: in the outbox it would hold up all that comes after it.
        """

    def publish_json(self, event_type: str, subject: str, value: bytes) -> str:
        """Publish data about `subject` that is JSON already, made to the contract of `event_type`.

        Returns the event's id. Raises MessageTooLarge as `publish` does.
        """


class NoOutbox:
    """The outbox of a transaction that only looks: nothing is published."""

    def publish(self, event_type: str, data: Data) -> str:
        """Publish nothing."""
        return ""

    def publish_json(self, event_type: str, subject: str, value: bytes) -> str:
        """Publish nothing."""
        return ""


@dataclass(frozen=True, slots=True)
class EventFactory:
    """Makes events of one service: ids, times, and the lineage of what the task does now."""

    source: str
    clock: Clock
    ids: IdFactory

    def event(self, event_type: str, data: Data) -> Event[Data]:
        """An event about the aggregate that `data` is the state of."""
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
        """Send a message that is no new event, such as a dead letter, when the transaction commits."""
        self._add(message, self._factory.clock(), NO_LINE)

    async def flush(self, connection: AsyncConnection) -> bool:
        """Write what was published; returns whether there was anything."""
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

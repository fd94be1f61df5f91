"""Reading topics from their start to their present end, without a consumer group."""

from collections.abc import AsyncIterator
from typing import Any, Final

from isopolity.contracts.event import Event
from isopolity.messaging.broker import MessageBroker, Reader, Record
from isopolity.messaging.codec import to_event
from isopolity.messaging.errors import PoisonMessage

_PAGE: Final = 1000
_WAIT_SECONDS: Final = 0.5


async def records_to_the_end(reader: Reader) -> AsyncIterator[Record]:
    """All records from the reader's position to the present end, in the order of each partition."""
    ends = await reader.end_offsets()
    while any(position < ends[place] for place, position in (await reader.position()).items()):
        for batch in await reader.fetch(limit=_PAGE, timeout=_WAIT_SECONDS):
            for record in batch.records:
                yield record


async def events_of(broker: MessageBroker, topic: str) -> AsyncIterator[Event[Any]]:
    """All events of the topic, those of one key in order; tombstones and what is no event are left out."""
    async with broker.reader([topic]) as reader:
        async for record in records_to_the_end(reader):
            try:
                yield to_event(record)
            except PoisonMessage:
                continue


async def newest_events(broker: MessageBroker, topic: str) -> dict[str, Event[Any]]:
    """The event with the highest version of each key; equal versions: the first one."""
    newest: dict[str, Event[Any]] = {}
    async for event in events_of(broker, topic):
        known = newest.get(event.envelope.subject)
        if known is None or event.data.version > known.data.version:
            newest[event.envelope.subject] = event
    return newest

"""Reading topics from their start to their present end, without a consumer group.

Invariant: no reading waits without end for a client that stands still: Kafka's own returns nothing, and raises nothing,
while its connection is lost, and one that has lost its way would do so for good.
"""

from collections.abc import AsyncIterator, Mapping
from time import monotonic
from typing import Any, Final

from isopolity.contracts.event import Event
from isopolity.messaging.broker import MessageBroker, Reader, Record, TopicPartition
from isopolity.messaging.codec import to_event
from isopolity.messaging.errors import BrokerUnavailable, PoisonMessage

_PAGE: Final = 1000
_WAIT_SECONDS: Final = 0.5
STILL_SECONDS: Final = 10.0
"""A reader that is behind the end and has not moved for so long stands still; a request takes no longer."""


async def records_to_the_end(reader: Reader, *, still: float = STILL_SECONDS) -> AsyncIterator[Record]:
    """All records from the reader's position to the present end, in the order of each partition.

    Raises BrokerUnavailable where the reader has not moved for `still` seconds before it got there.
    """
    ends = await reader.end_offsets()
    last, moved = await reader.position(), monotonic()
    while is_behind(last, ends):
        for batch in await reader.fetch(limit=_PAGE, timeout=_WAIT_SECONDS):
            for record in batch.records:
                yield record
        position = await reader.position()
        if position != last:
            last, moved = position, monotonic()
        elif monotonic() - moved >= still:
            raise stands_still(still)


class ReaderWatch:
    """Looks every `every` seconds whether a reader that follows its topics still does.

    A reader that has nothing new to read looks as one that has lost its connection, so the broker is asked.
    """

    def __init__(self, reader: Reader, *, every: float = STILL_SECONDS / 2) -> None:
        self._reader = reader
        self._every = every
        self._looked = monotonic()
        self._behind: Mapping[TopicPartition, int] | None = None
        """The position at the last look, where that was behind the end."""

    async def look(self, position: Mapping[TopicPartition, int]) -> None:
        """Look, if it is time to. Raises BrokerUnavailable where the broker is away, or the reader stands still."""
        if monotonic() - self._looked < self._every:
            return
        ends = await self._reader.end_offsets()
        if self._behind == position:
            raise stands_still(self._every)
        self._behind = dict(position) if is_behind(position, ends) else None
        self._looked = monotonic()


def is_behind(position: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]) -> bool:
    """Whether something is left to read before these ends."""
    return any(position.get(place, 0) < end for place, end in ends.items())


def stands_still(seconds: float) -> BrokerUnavailable:
    """The error for a reader that has not moved for so long, though there is more to read."""
    return BrokerUnavailable(f"the reader has not moved for {seconds:g} s, though there is more to read")


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

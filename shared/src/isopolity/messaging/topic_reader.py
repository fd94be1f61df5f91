"""Reading topics from their start to their present end, without a consumer group; how far a group is behind.

Invariant: no reading waits forever for a client that is stuck: Kafka's client returns nothing, and raises nothing,
while its connection is lost, and some failures last for good.

A group's backlog is a number of records, the moment of the first, and the number of members that they are about.
Invariant: at most `most` records are read for it, a few at a time, so that the cost does not depend on the backlog's
size, and the event loop is blocked for milliseconds only. No content of a record is kept.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

from isopolity.contracts.event import Event
from isopolity.machine.turns import Turns
from isopolity.messaging.broker import Bounds, MessageBroker, Reader, Record, TopicPartition
from isopolity.messaging.codec import member_ids, to_event
from isopolity.messaging.errors import BrokerUnavailable, PoisonMessage, UnreadableRecord

_PAGE: Final = 1000
_WAIT_SECONDS: Final = 0.5
STILL_SECONDS: Final = 10.0
"""Seconds after which a reader behind the end that has not moved counts as stuck; no request takes longer."""


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
    """Checks every `every` seconds whether a reader that follows its topics still reads.

    A reader without new records cannot be told from one without a connection, so the broker is asked.
    """

    def __init__(self, reader: Reader, *, every: float = STILL_SECONDS / 2) -> None:
        self._reader = reader
        self._every = every
        self._looked = monotonic()
        self._behind: Mapping[TopicPartition, int] | None = None
        """The position at the last check, if that was behind the end."""

    async def look(self, position: Mapping[TopicPartition, int]) -> None:
        """Check, if it is time. Raises BrokerUnavailable if the broker is away or the reader is stuck."""
        if monotonic() - self._looked < self._every:
            return
        ends = await self._reader.end_offsets()
        if self._behind == position:
            raise stands_still(self._every)
        self._behind = dict(position) if is_behind(position, ends) else None
        self._looked = monotonic()


def is_behind(position: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]) -> bool:
    """Whether there are unread records before these ends."""
    return any(position.get(place, 0) < end for place, end in ends.items())


def stands_still(seconds: float) -> BrokerUnavailable:
    """The error for a reader that has not moved for `seconds`, though there is more to read."""
    return BrokerUnavailable(f"the reader has not moved for {seconds:g} s, though there is more to read")


async def events_of(broker: MessageBroker, topic: str) -> AsyncIterator[Event[Any]]:
    """All events of the topic, those of one key in order; tombstones and other records are left out."""
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


MOST: Final = 5_000
"""The most records of a group's backlog that are read."""
_GROUP_PAGE: Final = 100
_GROUP_SECONDS: Final = 0.5
_TYPE: Final = "ce_type"


@dataclass(slots=True)
class Waiting:
    """The backlog in one partition."""

    records: int = 0
    """Number of records, as far as they were read."""
    is_cut: bool = False
    """Whether the backlog may be larger than was read."""
    oldest_ms: int | None = None
    """When the first record was published, in milliseconds since 1970; None if none was read."""
    members: set[str] = field(default_factory=set)
    untyped: int = 0
    """Records that are no events, since they have no type; no service writes such records."""


async def waiting(
    broker: MessageBroker,
    bounds: Mapping[TopicPartition, Bounds],
    committed: Mapping[TopicPartition, int],
    most: int = MOST,
) -> Mapping[TopicPartition, Waiting]:
    """The backlog between the committed offsets and the ends; partitions without one are left out."""
    behind = {
        place: start
        for place, (first, end) in bounds.items()
        if (start := max(first, committed.get(place, first))) < end
    }
    if not behind:
        return {}
    found = {place: Waiting() for place in behind}
    ends = {place: bounds[place].end for place in behind}
    async with broker.reader(sorted({place.topic for place in behind})) as reader:
        now = await reader.end_offsets()
        await reader.seek({**now, **behind})
        whole = await _read(reader, found, ends, most)
        if not whole:
            await _first_of_the_rest(reader, found, ends)
    return {place: each for place, each in found.items() if each.records or each.is_cut}


async def _read(
    reader: Reader, found: Mapping[TopicPartition, Waiting], ends: Mapping[TopicPartition, int], most: int
) -> bool:
    """Read up to `most` records; returns whether that was all."""
    turns, left = Turns(), most
    while left > 0 and (rest := await _unread(reader, ends)):
        try:
            batches = await reader.fetch(limit=min(_GROUP_PAGE, left), timeout=_GROUP_SECONDS)
        except UnreadableRecord:  # the group's health reports it
            break
        for batch in batches:
            each = found.get(batch.partition)
            for record in batch.records if each is not None else ():
                if record.offset >= ends[batch.partition]:
                    continue  # it was written since
                await turns.over()
                _note(found[batch.partition], record.timestamp, member_ids(record.topic, record.value))
                found[batch.partition].untyped += record.value is not None and _TYPE not in dict(record.headers)
                left -= 1
    rest = await _unread(reader, ends)
    for place in rest:
        found[place].is_cut = True
    return not rest


async def _first_of_the_rest(
    reader: Reader, found: Mapping[TopicPartition, Waiting], ends: Mapping[TopicPartition, int]
) -> None:
    """Read on to the first record of each partition of which none was read yet."""
    while missing := [place for place in await _unread(reader, ends) if found[place].oldest_ms is None]:
        await reader.seek({place: end for place, end in ends.items() if place not in missing})
        try:
            batches = await reader.fetch(limit=1, timeout=_GROUP_SECONDS)
        except UnreadableRecord:
            return
        for batch in batches:
            if batch.records and batch.partition in missing:
                _note(found[batch.partition], batch.records[0].timestamp, frozenset())


async def _unread(reader: Reader, ends: Mapping[TopicPartition, int]) -> Sequence[TopicPartition]:
    positions = await reader.position()
    return [place for place, end in ends.items() if positions[place] < end]


def _note(each: Waiting, timestamp: int, ids: frozenset[str]) -> None:
    each.records += 1
    each.oldest_ms = timestamp if each.oldest_ms is None else min(each.oldest_ms, timestamp)
    each.members |= ids

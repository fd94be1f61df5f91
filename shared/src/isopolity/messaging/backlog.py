"""What waits for a consumer group: how many records, since when, and for how many members.

Invariant: at most `most` records are read, a few at a time, so that looking costs the same however far a group is
behind, and holds up the event loop for milliseconds only. Nothing of a record is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from isopolity.machine.turns import Turns
from isopolity.messaging.broker import Bounds, MessageBroker, Reader, TopicPartition
from isopolity.messaging.codec import member_ids
from isopolity.messaging.errors import UnreadableRecord

MOST: Final = 5_000
"""Records that are read of what waits for one group."""
_PAGE: Final = 100
_WAIT_SECONDS: Final = 0.5
_TYPE: Final = "ce_type"


@dataclass(slots=True)
class Waiting:
    """What waits in one partition."""

    records: int = 0
    """As far as it was read."""
    is_cut: bool = False
    """More may wait than was read."""
    oldest_ms: int | None = None
    """When the first was published, in milliseconds since 1970; None where none was read."""
    members: set[str] = field(default_factory=set)
    untyped: int = 0
    """Records that are no events, since they tell no type; no service writes such."""


async def waiting(
    broker: MessageBroker,
    bounds: Mapping[TopicPartition, Bounds],
    committed: Mapping[TopicPartition, int],
    most: int = MOST,
) -> Mapping[TopicPartition, Waiting]:
    """What lies between the committed offsets and the ends; partitions in which nothing waits are left out."""
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
            batches = await reader.fetch(limit=min(_PAGE, left), timeout=_WAIT_SECONDS)
        except UnreadableRecord:  # the group's health tells of it
            break
        for batch in batches:
            each = found.get(batch.partition)
            for record in batch.records if each is not None else ():
                if record.offset >= ends[batch.partition]:
                    continue  # it came since
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
    """Read on in the partitions of which nothing was read yet, to their first record."""
    while missing := [place for place in await _unread(reader, ends) if found[place].oldest_ms is None]:
        await reader.seek({place: end for place, end in ends.items() if place not in missing})
        try:
            batches = await reader.fetch(limit=1, timeout=_WAIT_SECONDS)
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

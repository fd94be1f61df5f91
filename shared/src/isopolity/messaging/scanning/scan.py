"""Reads topics for a person, from a place on or back from it, within limits, in the order of time.

Invariant: a scan joins no group and commits nothing; a matching record is emitted as soon as no earlier one can follow,
so that it is kept however the scan ends.
"""

import asyncio
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from isopolity.machine.turns import Turns
from isopolity.messaging.broker import Batch, Bounds, MessageBroker, Reader, TopicPartition
from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable, UnreadableRecord
from isopolity.messaging.scanning.query import Query, SeenRecord, presented
from isopolity.messaging.scanning.windows import Windows, written_places

_PAGE: Final = 500
_LEAST: Final = 50
"""Records of a partition in the first window of a backwards scan that is likely to need few."""
_WAIT_SECONDS: Final = 0.25
PATIENCE: Final = 3.0
"""Seconds without a record after which the broker is pinged."""
Stopped = Literal["found", "records", "bytes", "seconds", "size", "memory", "broker", "unreadable", "broken"]


class ScanLimits(BaseModel):
    """Limits of a scan."""

    model_config = ConfigDict(frozen=True)

    records: int = 200_000
    bytes: int = 256_000_000
    seconds: float = 20.0
    size: int = 8_000_000
    """The most bytes of the emitted records."""


class Account(BaseModel):
    """How much a scan has read, and why it ended."""

    read: int = Field(default=0, description="Records that were read")
    kilobytes: int = 0
    matched: int = Field(default=0, description="Records that fit, of those that were read")
    seconds: float = 0.0
    stopped: Stopped | None = Field(
        default=None, description="The limit at which it stopped; null where all was read that there is"
    )
    older: str = Field(default="", description="`before` of the records before these")
    newer: str = Field(default="", description="`after` of the records after these")


Emit = Callable[[SeenRecord | Account], None]
"""Receives each matching record, and in between accounts of the reading so far."""


async def scan(broker: MessageBroker, query: Query, limits: ScanLimits, emit: Emit) -> Account:
    """Emit matching records in the order of time, or backwards; those emitted stay valid if the broker goes away."""
    running = _Scan(query, limits, emit)
    try:
        async with asyncio.timeout(limits.seconds):
            await running.run(broker)
    except TimeoutError:
        running.stopped = "seconds"
    except UnreadableRecord:
        running.stopped = "unreadable"
    except (BrokerUnavailable, BrokerRefused):
        running.stopped = "broker"
    return running.finish()


async def follow(
    broker: MessageBroker, query: Query, limits: ScanLimits, emit: Emit, *, begin: Mapping[TopicPartition, int]
) -> Account:
    """Emit matching records from these offsets on, as soon as there are any; none after the limit of seconds."""
    ends = dict.fromkeys(begin, Bounds(0, _FAR))
    running = _Scan(query, limits, emit, Windows(begin, ends, back=False))
    try:
        async with broker.reader(sorted({place.topic for place in begin})) as reader:
            await running.hear(reader, begin)
    except UnreadableRecord:
        running.stopped = "unreadable"
    except (BrokerUnavailable, BrokerRefused):
        running.stopped = "broker"
    return running.finish()


_FAR: Final = 1 << 62


class _Scan:
    """The state of one scan."""

    def __init__(self, query: Query, limits: ScanLimits, emit: Emit, windows: Windows | None = None) -> None:
        self._query, self._limits, self._emit = query, limits, emit
        self._windows = windows or Windows({}, {}, back=query.backwards)
        self._began = monotonic()
        self._bytes = self._size = 0
        self._given = 0
        self._is_begun = False
        self._account = Account()
        self.stopped: Stopped | None = None

    async def run(self, broker: MessageBroker) -> None:
        """Read until a limit or the end."""
        bounds = await broker.bounds(self._query.topics)
        begin = await _beginnings(broker, self._query, bounds)
        self._windows = Windows(begin, bounds, back=self._query.backwards)
        if not self._windows.open:
            return
        topics = sorted({each.place.topic for each in self._windows.open})
        async with broker.reader(topics) as reader:
            while self.stopped is None and self._windows.open:
                await self._read(reader, bounds)
                self._give()
                self._emit(self._so_far())

    async def hear(self, reader: Reader, begin: Mapping[TopicPartition, int]) -> None:
        """Read new records until one matches."""
        await reader.seek({**await reader.end_offsets(), **begin})
        turns = Turns()
        while self.stopped is None and not self._account.matched:
            left = self._limits.seconds - (monotonic() - self._began)
            if left <= 0:
                return
            for batch in await reader.fetch(limit=_PAGE, timeout=left):
                await self._take(batch, turns)

    async def _read(self, reader: Reader, bounds: Mapping[TopicPartition, Bounds]) -> None:
        """Read the next window of each partition that is not at its end."""
        ends, partitions = await reader.end_offsets(), len(self._windows.open)
        left = (self._limits.records - self._account.read) // partitions
        begin = self._windows.next(max(-(-self._query.most // partitions), _LEAST), max(1, left))
        await reader.seek({**ends, **begin})
        highs = {place: window.high for place in begin if (window := self._windows[place])}
        turns, heard = Turns(), monotonic()
        while self.stopped is None:
            positions = await reader.position()
            ended = [place for place, high in highs.items() if positions[place] >= high]
            for place in ended:
                self._windows.advance(place, highs[place])
            if len(ended) == len(highs):
                self._is_begun = True
                return
            batches = await reader.fetch(limit=_PAGE, timeout=_WAIT_SECONDS)
            if not batches and monotonic() - heard > PATIENCE:
                await reader.end_offsets()  # a reader would wait for a broker that is away; this raises an error
            for batch in batches:
                heard = monotonic()
                if batch.partition in highs:
                    await self._take(batch, turns)
            if not self._query.backwards and self._give():
                return
        if self._query.backwards and self.stopped == "size" and not self._is_begun and self._windows.narrow():
            self._size = self._account.matched = 0
            self.stopped = None

    async def _take(self, batch: Batch, turns: Turns) -> None:
        window = self._windows[batch.partition]
        if window is None:
            return
        high = window.high or _FAR
        for record in batch.records:
            if record.offset >= high:
                break
            if self.stopped is not None:
                return
            await turns.over()
            self._windows.note(record)
            self._account.read += 1
            self._bytes += len(record.value or b"")
            event = self._query.seen(record)
            if event is not None:
                self._account.matched += 1
                seen = presented(record, event, unmasked=self._query.unmasked)
                self._size += len(record.value or b"")
                window.fitting.append(seen)
            self._look_at_limits()
        self._windows.advance(batch.partition, batch.next_offset)

    def _look_at_limits(self) -> None:
        if self._account.read >= self._limits.records:
            self.stopped = "records"
        elif self._bytes >= self._limits.bytes:
            self.stopped = "bytes"
        elif self._size >= self._limits.size:
            self.stopped = "size"
        elif self._account.read % 100 == 0 and monotonic() - self._began > self._limits.seconds:
            self.stopped = "seconds"

    def _give(self, *, all_of_it: bool = False) -> bool:
        """Emit the records that are ready; returns whether there are as many as the query asks for."""
        self._account.matched -= self._windows.leave_out()
        for each in self._windows.take(self._query.most - self._given, all_of_it=all_of_it):
            self._emit(each)
            self._given += 1
        is_enough = self._given >= self._query.most
        if is_enough and self.stopped is None and self._windows.has_more:
            self.stopped = "found"
        return is_enough

    def finish(self) -> Account:
        """Emit the remaining records and the account.

        Backwards, they are left for the next page if this one has any record, since unread records may be newer.
        """
        self._give(all_of_it=not (self._query.backwards and self.stopped is not None and self._given))
        return self._so_far()

    def _so_far(self) -> Account:
        older, newer = self._windows.places()
        return self._account.model_copy(
            update={
                "kilobytes": -(-self._bytes // 1_024),
                "seconds": round(monotonic() - self._began, 3),
                "stopped": self.stopped,
                "older": written_places(older),
                "newer": written_places(newer),
            }
        )


async def _beginnings(
    broker: MessageBroker, query: Query, bounds: Mapping[TopicPartition, Bounds]
) -> Mapping[TopicPartition, int]:
    if query.places is not None:
        named = {TopicPartition(each.topic, each.partition): each.offset for each in query.places}
        return {place: named.get(place, each.end) for place, each in bounds.items()}
    if query.since is not None:
        return await broker.offsets_at(query.topics, query.since)
    return {place: each.end if query.backwards else each.start for place, each in bounds.items()}

"""A lane: one partition's deliveries (records with their events) that are not finished, in order.

Invariant: an offset is committed only after all records before it are finished. Lanes do not wait for each other.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol

from isopolity.contracts.event import Data, Event
from isopolity.messaging.broker import Batch, Record, TopicPartition

Finish = Callable[["Lane", Sequence[Record]], Awaitable[None]]
"""Returns once the records are handled, skipped or dead-lettered."""
Commit = Callable[["Lane", int], Awaitable[None]]


class Lane:
    """The records of one partition that are fetched but not finished, and the task that finishes them."""

    def __init__(self, place: TopicPartition, *, batch_size: int, finish: Finish, commit: Commit) -> None:
        self.place = place
        self.paused = False
        self.size = 0
        self._batch_size = batch_size
        self._finish = finish
        self._commit = commit
        self._pending: deque[Batch] = deque()
        self._arrived = asyncio.Event()
        self._stopping = False
        self._interruptible = True
        self._task = asyncio.create_task(self._run(), name=f"lane {place.topic}/{place.partition}")

    def put(self, batch: Batch) -> None:
        """Add what was fetched."""
        self._pending.append(batch)
        self.size += len(batch.records)
        self._arrived.set()

    async def rest(self, pause: Awaitable[None]) -> None:
        """Wait for `pause`; the lane may be stopped meanwhile without losing work."""
        self._interruptible = True
        await pause
        self._interruptible = False

    def raise_failure(self) -> None:
        """Raise what ended the lane's task, if anything did."""
        if self._task.done() and not self._task.cancelled():
            self._task.result()

    async def stop(self, seconds: float) -> None:
        """Let the batch in flight end within `seconds`, and drop the rest."""
        self._stopping = True
        if not self._interruptible:
            await asyncio.wait([self._task], timeout=seconds)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while not self._stopping:
            if not self._pending:
                self._arrived.clear()
                await self.rest(self._until_arrival())
            self._interruptible = False
            records, next_offset = self._take()
            if records:
                await self._finish(self, records)
            await self._commit(self, next_offset)

    async def _until_arrival(self) -> None:
        await self._arrived.wait()

    def _take(self) -> tuple[Sequence[Record], int]:
        """The next records, at most a batch, and the offset to commit after them."""
        records: list[Record] = []
        next_offset = 0
        while self._pending and len(records) < self._batch_size:
            place, fetched, next_offset = self._pending.popleft()
            room = self._batch_size - len(records)
            if len(fetched) > room:
                self._pending.appendleft(Batch(place, fetched[room:], next_offset))
                fetched = fetched[:room]
                next_offset = fetched[-1].offset + 1
            records.extend(fetched)
        self.size -= len(records)
        return records, next_offset


class Delivery(NamedTuple):
    """One event and the record that it came in."""

    record: Record
    event: Event[Data]


class EventProcessor(Protocol):
    """Does the effects of a batch of events of one partition, all or none."""

    async def __call__(self, deliveries: Sequence[Delivery]) -> None:
        """Return once all effects are committed; raise without any change if one cannot be done."""

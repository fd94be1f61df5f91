"""EmbeddedBroker: the MessageBroker in one SQLite file, for everything in one process.

One process owns the file, and a second is refused; others may read through `EmbeddedBroker.looking_on`. One worker
thread does all SQLite work, so that the event loop never waits for a disk; publishing wakes the readers at once.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, ParamSpec, Self, TypeVar

from isopolity.contracts.topic import Topic
from isopolity.machine.clock import Clock, system_clock
from isopolity.machine.stores import owned, why_unwritable
from isopolity.messaging.broker import (
    Bounds,
    Consumer,
    GroupMember,
    Message,
    PartitionsCallback,
    Place,
    Producer,
    Reader,
    TopicPartition,
    this_process,
)
from isopolity.messaging.embedded.consumer import EmbeddedConsumer, EmbeddedReader, Group, Member
from isopolity.messaging.embedded.log import EmbeddedLog, open_log, open_log_read_only
from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable, BrokerUnwritable, GroupInUse

_SWEEP_INTERVAL_MS: Final = 10 * 60 * 1000
_LOOK_AGAIN_SECONDS: Final = 0.2
_WRITABLE_SECONDS: Final = 3.0
"""Seconds for which a successful write proves that the file can be written."""

P = ParamSpec("P")
T = TypeVar("T")


class EmbeddedBroker:
    """The MessageBroker on a SQLite file. Use `opened`, or `looking_on` beside a running owner."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        clock: Clock,
        *,
        owner: bool,
        generation: int = 1,
        partitions: Mapping[str, int] | None = None,
    ) -> None:
        self._log = EmbeddedLog(connection, generation)
        self._partitions = partitions or {}
        self._clock = clock
        self._owner = owner
        self._worker = ThreadPoolExecutor(1, "embedded-broker")
        self._groups: dict[str, Group] = {}
        self._published = asyncio.Event()
        self._swept_ms = 0
        self._written = float("-inf")

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        path: Path,
        clock: Clock = system_clock,
        *,
        generation: int = 1,
        partitions: Mapping[str, int] | None = None,
    ) -> AsyncIterator[Self]:
        """The broker for the one process that owns the file, which is created if missing.

        Raises OwnedByAnother. New topics get this `generation`, and the number of `partitions` by topic.
        """
        with owned(path):
            connection = await asyncio.to_thread(open_log, path)
            broker = cls(connection, clock, owner=True, generation=generation, partitions=partitions)
            try:
                yield broker
            finally:
                await broker._close()

    @classmethod
    @asynccontextmanager
    async def looking_on(cls, path: Path, clock: Clock = system_clock) -> AsyncIterator[Self]:
        """The broker for another process, which can only read. Raises BrokerUnavailable without a log."""
        try:
            broker = cls(await asyncio.to_thread(open_log_read_only, path), clock, owner=False)
        except sqlite3.OperationalError as error:
            raise BrokerUnavailable(f"there is no log to read at {path}: {error}") from error
        try:
            yield broker
        finally:
            await broker._close()

    async def _close(self) -> None:
        await self.run(self._log.close)
        self._worker.shutdown()

    async def ensure_topics(self, topics: Sequence[Topic]) -> None:
        await self.write(self._log.ensure_topics, topics, self._partitions)

    @asynccontextmanager
    async def _producer(self, transactional_id: str | None) -> AsyncIterator[Producer]:
        if transactional_id is None:
            yield EmbeddedProducer(self, None)
        else:
            epoch = await self.write(self._log.start_producer, transactional_id)
            yield EmbeddedProducer(self, (transactional_id, epoch))

    def producer(self, transactional_id: str | None = None) -> AbstractAsyncContextManager[Producer]:
        return self._producer(transactional_id)

    @asynccontextmanager
    async def _consumer(self, name: str, member: Member) -> AsyncIterator[Consumer]:
        self._must_own()
        group = self._groups.setdefault(name, Group(self._log.places))
        await group.join(member)
        try:
            yield EmbeddedConsumer(self, self._log, name, member)
        finally:
            await group.leave(member)

    def consumer(
        self,
        group: str,
        topics: Sequence[str],
        *,
        on_assigned: PartitionsCallback | None = None,
        on_revoked: PartitionsCallback | None = None,
    ) -> AbstractAsyncContextManager[Consumer]:
        return self._consumer(group, Member(topics=topics, on_assigned=on_assigned, on_revoked=on_revoked))

    @asynccontextmanager
    async def _reader(self, topics: Sequence[str]) -> AsyncIterator[Reader]:
        yield EmbeddedReader(self, self._log, dict.fromkeys(self._log.places(topics), 0))

    def reader(self, topics: Sequence[str]) -> AbstractAsyncContextManager[Reader]:
        return self._reader(topics)

    async def group_lag(self, group: str, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await self.run(self._log.lag, group, await self._places(topics))

    async def bounds(self, topics: Sequence[str]) -> Mapping[TopicPartition, Bounds]:
        starts = await self.run(self._log.starts, await self._places(topics))
        return {place: Bounds(start, self._log.ends[place]) for place, start in starts.items()}

    async def offsets_at(self, topics: Sequence[str], moment: datetime) -> Mapping[TopicPartition, int]:
        return await self.run(self._log.starts, await self._places(topics), int(moment.timestamp() * 1000))

    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        places, found = set(await self._places(topics)), await self.run(self._log.commits, group)
        return {place: offset for place, offset in found.items() if place in places}

    async def move_group(self, group: str, offsets: Mapping[TopicPartition, int]) -> None:
        if await self.members(group):
            raise GroupInUse(f"the group {group} has members")
        await self.write(self._log.commit, group, offsets)

    async def members(self, group: str) -> Sequence[GroupMember]:
        """Members in this process; empty in a process that only reads."""
        known = self._groups.get(group)
        return [GroupMember(this_process(), "", member.held) for member in known.members] if known else []

    async def _places(self, topics: Sequence[str]) -> list[TopicPartition]:
        if not self._owner:
            await self.run(self._log.refresh)
        return self._log.places(topics)

    def for_readers(self) -> Mapping[str, Any]:
        return {"embedded": self._log.path}

    async def ping(self) -> None:
        await self.run(self._log.refresh)
        if self._owner and time.monotonic() - self._written > _WRITABLE_SECONDS:
            await self.write(self._log.try_writing)

    async def publish(self, messages: Sequence[Message], producer: tuple[str, int] | None) -> Sequence[Place]:
        """Append, wake the readers, and now and then delete old records; returns the place of each message."""
        now_ms = int(self._clock().timestamp() * 1000)
        loop = asyncio.get_running_loop()

        def append() -> Sequence[Place]:
            appended = self._log.publish(messages, now_ms, producer)
            loop.call_soon_threadsafe(self.wake)  # here, so that it happens even if the publisher is cancelled
            return appended

        places = await self.write(append)
        if now_ms - self._swept_ms > _SWEEP_INTERVAL_MS:
            await self.sweep()
        return places

    async def sweep(self) -> None:
        """Delete records that are older than their topic keeps."""
        self._swept_ms = int(self._clock().timestamp() * 1000)
        await self.write(self._log.sweep, self._swept_ms)

    async def something_new(self, timeout: float) -> None:
        """Return when something is published, or after `timeout` seconds; a process that only reads polls the file."""
        if not self._owner:
            await asyncio.sleep(min(timeout, _LOOK_AGAIN_SECONDS))
            await self.run(self._log.refresh)
            return
        try:
            async with asyncio.timeout(timeout):
                await self._published.wait()
        except TimeoutError:
            return

    def wake(self) -> None:
        """Wake all waiting readers."""
        self._published.set()
        self._published = asyncio.Event()

    async def write(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a change of the log on the worker thread, to its end even if the caller is cancelled."""
        self._must_own()
        done = await self.run(work, *args, **kwargs)
        self._written = time.monotonic()
        return done

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` on the worker thread."""
        running = asyncio.get_running_loop().run_in_executor(self._worker, lambda: work(*args, **kwargs))
        try:
            return await asyncio.shield(running)
        except (sqlite3.Error, OSError) as error:
            if (why := why_unwritable(error)) is not None:
                raise BrokerUnwritable(why.of(self._log.path)) from error
            raise BrokerUnavailable(f"the embedded log failed: {error}") from error

    def _must_own(self) -> None:
        if not self._owner:
            raise BrokerRefused("this process only looks on; ask the one that owns the log")


class EmbeddedProducer:
    """A Producer of the embedded broker."""

    def __init__(self, broker: EmbeddedBroker, identity: tuple[str, int] | None) -> None:
        self._broker = broker
        self._identity = identity

    async def publish(self, messages: Sequence[Message]) -> Sequence[Place]:
        return await self._broker.publish(messages, self._identity) if messages else ()

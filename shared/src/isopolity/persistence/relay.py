"""The relay: publishes the rows of the outbox in order, and deletes them once the broker has acknowledged them.

Invariant: a row is deleted only after the broker acknowledged it, so that nothing is lost; after a crash in between it
is published again under the same event id. The transaction that deletes it writes its line to the journal. One relay a
service is active: the lease chooses it, and the fixed transactional id fences a predecessor that froze.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Protocol, Self

import asyncpg
import structlog
from sqlalchemy import Select, Table, func, select
from sqlalchemy.exc import SQLAlchemyError

from isopolity.machine.clock import Clock, system_clock
from isopolity.machine.turns import each_in_turns
from isopolity.messaging.broker import Message, MessageBroker, Producer, load_headers
from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable, ProducerFenced
from isopolity.persistence.database import Database, is_unavailable
from isopolity.persistence.journal.lines import Placed, line_of_message, move_to_journal
from isopolity.persistence.lease import Lease, lease
from isopolity.persistence.portable_sql import none_of
from isopolity.persistence.unit_of_work import OUTBOX_CHANNEL


class OutboxSignal(Protocol):
    """Wakes the relay."""

    def wake(self) -> None:
        """Say that this process committed something."""

    async def wait(self, seconds: float) -> None:
        """Return when something was committed by any process, or after `seconds` at the latest."""


class ProcessSignal:
    """A signal within this process; commits of other processes are found by polling."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def wake(self) -> None:
        self._event.set()

    async def wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        self._event.clear()


@asynccontextmanager
async def outbox_signal(database: Database, *, retry: float = 5.0) -> AsyncIterator[OutboxSignal]:
    """A signal for `database`; where that is PostgreSQL it also hears the commits of other processes."""
    signal = ProcessSignal()
    if database.is_sqlite:
        yield signal
        return
    listening = asyncio.create_task(_listen_for_ever(database, signal, retry))
    try:
        yield signal
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def _listen_for_ever(database: Database, signal: ProcessSignal, retry: float) -> None:
    while True:
        try:
            await _listen(database, signal)
        except (SQLAlchemyError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            if isinstance(error, SQLAlchemyError) and not is_unavailable(error):
                raise
        await asyncio.sleep(retry)


async def _listen(database: Database, signal: ProcessSignal) -> None:
    lost = asyncio.Event()
    async with database.engine.connect() as connection:
        raw: Any = (await connection.get_raw_connection()).driver_connection
        raw.add_termination_listener(lambda _connection: lost.set())
        await raw.add_listener(OUTBOX_CHANNEL, lambda *_arguments: signal.wake())
        try:
            await lost.wait()
        finally:
            await connection.invalidate()


_log = structlog.get_logger(__name__)


class RelayObserver(Protocol):
    """Metrics of a relay."""

    def published(self, count: int) -> None: ...

    def stalled(self, reason: str) -> None: ...


class _SilentObserver:
    def published(self, count: int) -> None:
        return

    def stalled(self, reason: str) -> None:
        return


@dataclass(slots=True, kw_only=True)
class Relay:
    """Runs until cancelled. `batch` is in events; `poll` and `pause`, which doubles after each fault, in seconds."""

    database: Database
    outbox: Table
    journal: Table
    broker: MessageBroker
    signal: OutboxSignal
    service: str
    batch: int = 2000
    poll: float = 1.0
    pause: float = 0.5
    observer: RelayObserver = field(default_factory=_SilentObserver)
    clock: Clock = system_clock
    totals: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    """For each topic, how many events this relay has published, and when it published the last."""
    leads: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once this relay is the active one: it writes a journal line for every event from then on."""

    async def run(self) -> None:
        """Wait for the lease, then publish the outbox as it fills; after a fault, wait a little and start over."""
        name = f"isopolity.{self.service}.relay"
        faults = 0
        while True:
            try:
                async with lease(self.database, name) as held, self.broker.producer(name) as producer:
                    faults = 0
                    self.leads.set()
                    await self._publish_for_ever(held, producer)
            except (BrokerUnavailable, BrokerRefused, ProducerFenced) as error:
                self._stalled(type(error).__name__, str(error))
            except Exception as error:
                if not is_unavailable(error):
                    raise
                self._stalled("DatabaseUnavailable", type(error).__name__)
            await asyncio.sleep(self.pause * 2 ** min(faults, 3))
            faults += 1

    async def _publish_for_ever(self, held: Lease, producer: Producer) -> None:
        """Publish batch after batch; while one is published, the one before is moved to the journal."""
        async with _Moving() as moving:
            in_hand: Sequence[int] = ()
            while True:
                rows = await self._oldest(besides=in_hand)
                placed = await self._publish(rows, held, producer)
                await moving.follow(self._move(rows, placed))
                in_hand = [row.id for row in rows]
                if len(rows) < self.batch:
                    await moving.finish()
                    in_hand = ()
                    await self.signal.wait(self.poll)

    async def _publish(self, rows: Sequence[Any], held: Lease, producer: Producer) -> Sequence[Placed]:
        if not rows:
            return ()
        messages = await each_in_turns(_message, rows)
        await held.check()
        places = await producer.publish(messages)
        return [
            Placed(
                line_of_message(message) if row.line is None else row.line, place
            )  # None in rows of earlier releases
            for row, message, place in zip(rows, messages, places, strict=True)
        ]

    async def _move(self, rows: Sequence[Any], placed: Sequence[Placed]) -> None:
        """Delete rows that the broker has acknowledged, and write their lines to the journal."""
        if not rows:
            return
        async with self.database.writing() as connection:
            await move_to_journal(connection, self.outbox, self.journal, [row.id for row in rows], placed)
            await connection.commit()
        self.observer.published(len(rows))
        self._count(rows)

    def _count(self, rows: Sequence[Any]) -> None:
        now = self.clock()
        for topic, number in Counter(row.topic for row in rows).items():
            before, _ = self.totals.get(topic, (0, now))
            self.totals[topic] = (before + number, now)

    async def _oldest(self, *, besides: Sequence[int]) -> Sequence[Any]:
        """The oldest rows without those in progress; a lower number may be committed after a higher one."""
        query = _oldest_of(self.outbox, self.batch)
        async with self.database.reading() as connection:
            if besides:
                query = query.where(none_of(connection, self.outbox.c.id, besides))
            rows: Sequence[Any] = (await connection.execute(query)).all()
            return rows

    def _stalled(self, reason: str, detail: str) -> None:
        _log.warning("relay_stalled", service=self.service, reason=reason, detail=detail)
        self.observer.stalled(reason)


class _Moving:
    """One piece of work beside the task's own; leaving the block cancels it."""

    def __init__(self) -> None:
        self._work: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def follow(self, work: Coroutine[Any, Any, None]) -> None:
        """Start `work` once the work before it is done. Raises the error of the work before."""
        try:
            await self.finish()
        except BaseException:
            work.close()
            raise
        self._work = asyncio.create_task(work)

    async def finish(self) -> None:
        """Wait for the work under way. Raises its error."""
        work, self._work = self._work, None
        if work is not None:
            await work

    async def __aexit__(self, *_error: object) -> None:
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)


@cache
def _oldest_of(outbox: Table, number: int) -> Select[Any]:
    """The query for the oldest messages, cached because a relay sends it each second, even when idle."""
    columns = outbox.c
    chosen = select(columns.id, columns.topic, columns.key, columns.value, columns.headers, columns.line)
    return chosen.order_by(columns.id).limit(number)


def _message(row: Any) -> Message:
    return Message(row.topic, row.key, row.value, load_headers(row.headers))


async def outbox_backlog(database: Database, outbox: Table) -> tuple[int, datetime | None]:
    """How many events are in the outbox, and when the oldest was written; None for an empty outbox."""
    async with database.reading() as connection:
        row = (await connection.execute(select(func.count(), func.min(outbox.c.created_at)))).one()
    return row[0], row[1]

"""A relay under test with events in the outbox, and retention at once, by a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import cast

from isopolity.contracts.event_types import CANARY_SOUNDED
from isopolity.machine.clock import Clock, uuid7
from isopolity.messaging.broker import MessageBroker
from isopolity.persistence.database import Database
from isopolity.persistence.relay import OutboxSignal, ProcessSignal, Relay
from isopolity.persistence.retention import Forget, Retention
from isopolity.persistence.tables import MessagingTables
from isopolity.persistence.unit_of_work import EventFactory, Storage
from tests.support.messaging.hooked_broker import HookedBroker
from tests.support.shared.storage import TABLES, NoteUnitOfWork, canary, rows


class Crash(BaseException):
    """Stands for the death of the process: no code catches it."""


def relay_of(
    storage: Storage, broker: HookedBroker, signal: OutboxSignal | None = None, *, poll: float = 0.05, batch: int = 100
) -> Relay:
    return Relay(
        database=storage.database,
        outbox=TABLES.outbox,
        journal=TABLES.journal,
        broker=cast("MessageBroker", broker),
        signal=signal or ProcessSignal(),
        service="test",
        batch=batch,
        poll=poll,
        pause=0.02,
    )


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(relay.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, Crash):
            await task


async def publish(storage: Storage, numbers: Sequence[int | str]) -> None:
    async with NoteUnitOfWork(storage) as unit_of_work:
        for number in numbers:
            unit_of_work.outbox.publish(CANARY_SOUNDED, canary(number))
        await unit_of_work.commit()


def empty(database: Database) -> Callable[[], "asyncio.Future[bool]"]:
    async def check() -> bool:
        return await rows(database, TABLES.outbox) == 0

    return lambda: asyncio.ensure_future(check())


START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Held:
    """A lease that is never lost."""

    async def check(self) -> None:
        return


class Moving:
    """A clock that a test moves."""

    def __init__(self, start: datetime = START) -> None:
        self.start = self.now = start

    def __call__(self) -> datetime:
        return self.now

    def after(self, days: float) -> None:
        """Set it to that many days after the start."""
        self.now = self.start + timedelta(days=days)


def storage_of(database: Database, tables: MessagingTables, clock: Clock) -> Storage:
    """The storage of a service under test."""
    events = EventFactory("urn:isopolity:test", clock, uuid7)
    return Storage(database=database, tables=tables, events=events, wake=lambda: None)


async def let_go(
    storage: Storage, chores: Mapping[str, tuple[timedelta, Forget]], *, at_once: int = 500
) -> Mapping[str, int]:
    """Delete all rows that are due now; returns how many of each kind."""
    return await Retention(storage=storage, service="test", chores=chores, at_once=at_once).forget(Held())

"""A relay under test, and events for it in the outbox."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import cast

from isopolity.contracts.event_types import CANARY_SOUNDED
from isopolity.messaging.broker import MessageBroker
from isopolity.persistence.database import Database
from isopolity.persistence.relay import OutboxSignal, ProcessSignal, Relay
from isopolity.persistence.unit_of_work import Storage
from tests.support.messaging.hooked_broker import HookedBroker
from tests.support.shared.storage import TABLES, NoteUnitOfWork, canary, rows


class Crash(BaseException):
    """The process dies here: nothing catches it."""


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

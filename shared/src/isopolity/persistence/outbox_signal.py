"""How a relay learns at once that the outbox has something: LISTEN/NOTIFY in PostgreSQL, an event in the process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from isopolity.persistence.database import Database, is_unavailable
from isopolity.persistence.outbox import OUTBOX_CHANNEL


class OutboxSignal(Protocol):
    """Wakes the relay."""

    def wake(self) -> None:
        """Something was committed by this process."""

    async def wait(self, seconds: float) -> None:
        """Return when something was committed by any process, or after `seconds` at the latest."""


class ProcessSignal:
    """An event in this process; polling covers what it cannot hear."""

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

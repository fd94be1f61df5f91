"""A lease: at most one process does a job at a time, and a successor takes over when its holder dies or freezes.

In PostgreSQL it is a session-level advisory lock, which the server releases with the connection. The holder sends a
beat on that connection every `BEAT` seconds. A waiting process ends a session that has been silent for longer than
`SILENCE` seconds, by the server's clock: the process is frozen or its host is gone, and the server alone would wait for
hours. In SQLite, where one process owns the data, it is a lock in that process.

Invariant: a lease alone is no fence, since a holder that freezes between check and effect may go on after its lease is
lost. Each job has a fence of its own (ADR 0024).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Protocol

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.database import Database, DatabaseUnavailable
from isopolity.persistence.portable_sql import key_of

BEAT: Final = 3.0
SILENCE: Final = 15.0
_GIVES_UP: Final = 10.0
"""Seconds that a holder waits for the answer to its beat: less than `SILENCE`, so that, in a network outage, it stops
before another process begins.
"""

_log = structlog.get_logger(__name__)
_TAKE = text("SELECT pg_try_advisory_lock(:key)")
_END_SILENT_HOLDER = text(
    "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND ((CAST(classid AS bigint) << 32) | CAST(objid AS bigint)) = :key"
    " AND state_change < clock_timestamp() - make_interval(secs => :silence)"
)


class Lease(Protocol):
    """A held lease."""

    async def check(self) -> None:
        """Return if the lease is still held; raise DatabaseUnavailable if it may be lost."""


class _PostgresLease:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()
        self._lost: Exception | None = None

    async def check(self) -> None:
        async with self._turn:
            if self._lost is None:
                await self._beat()
            if self._lost is not None:
                raise DatabaseUnavailable("the session of a lease is lost") from self._lost

    async def _beat(self) -> None:
        try:
            async with asyncio.timeout(_GIVES_UP):
                await self._connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, TimeoutError) as error:
            self._lost = error

    async def beat_for_ever(self) -> None:
        """Send beats until the lease is lost; runs beside the work."""
        while self._lost is None:
            await asyncio.sleep(BEAT)
            async with self._turn:
                await self._beat()


class _ProcessLease:
    async def check(self) -> None:
        return


@asynccontextmanager
async def lease(database: Database, name: str, *, poll: float = 1.0, silence: float = SILENCE) -> AsyncIterator[Lease]:
    """Wait for the lease, asking every `poll` seconds, and hold it; a holder silent for `silence` seconds loses it."""
    if database.is_sqlite:
        async with database.process_locks[name]:
            yield _ProcessLease()
        return
    async with database.engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        try:
            await _acquire(connection, name, poll, silence)
            held = _PostgresLease(connection)
            beating = asyncio.create_task(held.beat_for_ever())
            try:
                yield held
            finally:
                beating.cancel()
                await asyncio.gather(beating, return_exceptions=True)
        finally:
            await connection.invalidate()  # ends the session and so the lock, whatever state the session is in


async def _acquire(connection: AsyncConnection, name: str, poll: float, silence: float) -> None:
    key = key_of(name)
    while not (await connection.execute(_TAKE, {"key": key})).scalar_one():
        if (await connection.execute(_END_SILENT_HOLDER, {"key": key, "silence": silence})).scalar_one():
            _log.warning("lease_taken_over", lease=name, silent_seconds=silence)
        await asyncio.sleep(poll)

"""A lease: at most one process does a job at a time, and a successor takes over when its holder dies.

In PostgreSQL it is a session-level advisory lock, which the server releases with the connection. In SQLite, where one
process owns the data, it is a lock in that process.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import blake2b
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.database import Database


class Lease(Protocol):
    """A held lease."""

    async def check(self) -> None:
        """Return if the lease is still held; raise what `is_unavailable` recognises if it may be lost."""


class _PostgresLease:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def check(self) -> None:
        await self._connection.execute(text("SELECT 1"))


class _ProcessLease:
    async def check(self) -> None:
        return


@asynccontextmanager
async def lease(database: Database, name: str, *, poll: float = 1.0) -> AsyncIterator[Lease]:
    """Wait for the lease `name`, asking every `poll` seconds, then hold it inside the block."""
    if database.is_sqlite:
        async with database.process_locks[name]:
            yield _ProcessLease()
        return
    async with database.engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        try:
            await _acquire(connection, name, poll)
            yield _PostgresLease(connection)
        finally:
            await connection.invalidate()  # ends the session, and with it the lock, whatever state it is in


async def _acquire(connection: AsyncConnection, name: str, poll: float) -> None:
    key = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
    while True:
        if (await connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key})).scalar_one():
            return
        await asyncio.sleep(poll)

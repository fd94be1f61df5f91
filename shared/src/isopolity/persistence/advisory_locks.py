"""Locks on a name that a transaction holds until it ends: shared by many, or held by one alone.

In PostgreSQL they are advisory locks, which the server releases with the transaction. SQLite has one writer at a time,
so that there every transaction that writes is alone already.
"""

from hashlib import blake2b

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.database import Database


def key_of(name: str) -> int:
    """The advisory lock that stands for `name`: 64 bits with a sign, as PostgreSQL takes them."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


async def lock_shared(connection: AsyncConnection, name: str) -> None:
    """Hold the lock `name` together with others that share it; wait while one holds it alone."""
    await _lock(connection, "SELECT pg_advisory_xact_lock_shared(:key)", name)


async def lock_alone(connection: AsyncConnection, name: str) -> None:
    """Hold the lock `name` alone; wait until nobody else holds it."""
    await _lock(connection, "SELECT pg_advisory_xact_lock(:key)", name)


async def is_free(database: Database, name: str) -> bool:
    """Whether no transaction holds the lock `name` at one moment during this call; nobody waits for the answer.

    The server takes and releases the lock within one statement, so that a caller that freezes holds up nobody.
    """
    if database.is_sqlite:
        async with database.writing():
            return True
    async with database.engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        found = await connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": key_of(name)})
        return bool(found.scalar_one())


async def _lock(connection: AsyncConnection, statement: str, name: str) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(text(statement), {"key": key_of(name)})

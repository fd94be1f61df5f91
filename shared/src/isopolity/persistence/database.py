"""One service's database: an engine, opened at run time, and the two ways to use it.

Invariant: in SQLite one writer at a time, so that no transaction fails half-way for a lock it could have waited for.
"""

from asyncio import Lock
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, Self

from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

_READING = "isopolity_reading"


class Database:
    """An engine for `postgresql+asyncpg://…` or `sqlite+aiosqlite:///…`; close it when done."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self.process_locks: defaultdict[str, Lock] = defaultdict(Lock)
        self._writer: AbstractAsyncContextManager[Any] = Lock() if self.is_sqlite else nullcontext()

    @classmethod
    def open(cls, url: str, *, pool_size: int = 10, connect_args: dict[str, Any] | None = None) -> Self:
        """Prepare the engine; the first use connects. `connect_args` go to the driver, for instance `ssl`."""
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+asyncpg")
        engine = create_async_engine(
            parsed,
            pool_size=pool_size,
            pool_pre_ping=True,
            pool_recycle=1800,
            hide_parameters=True,  # an error's words reach the log, and the values of a statement may be personal
            connect_args=connect_args or {},
        )
        if engine.dialect.name == "sqlite":
            _configure_sqlite(engine)
        return cls(engine)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A connection inside a transaction that is rolled back unless its user commits it."""
        async with self._writer, self.engine.connect() as connection:
            await connection.begin()
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for queries; in SQLite it never waits for a writer."""
        async with self.engine.connect() as connection:
            await connection.execution_options(**{_READING: True})
            yield connection

    async def ping(self) -> None:
        """Return if the database answers; raise sqlalchemy's DBAPIError or OSError otherwise."""
        async with self.reading() as connection:
            await connection.exec_driver_sql("SELECT 1")

    async def close(self) -> None:
        await self.engine.dispose()


def is_unavailable(error: BaseException) -> bool:
    """Whether `error` says that the database is away or busy, so that trying again later may help."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        busy = isinstance(state, str) and state[:2] in ("08", "40", "53", "55", "57")
        return error.connection_invalidated or busy or "locked" in str(error.orig)
    return isinstance(error, OSError | PoolTimeout)


def _configure_sqlite(engine: AsyncEngine) -> None:
    sync_engine = engine.sync_engine

    @event.listens_for(sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # sqlite3 must not begin transactions on its own
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(sync_engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get(_READING, False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

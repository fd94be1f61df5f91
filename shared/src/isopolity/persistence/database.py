"""One service's database: an engine, opened at run time, with connections for reading and for writing.

Connections to PostgreSQL have keepalives, so that neither side waits long for a peer that is gone. Invariant: SQLite
has one writer at a time, so no transaction fails half-way for a lock that it could have waited for; errors are
SQLAlchemy's or DatabaseUnavailable, never a bare OSError.
"""

import asyncio
import socket
import time
from asyncio import Lock
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

import asyncpg
import structlog
from sqlalchemy import Table, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from isopolity.machine.stores import Unwritable, try_room, why_unwritable
from isopolity.persistence import sqlite_file
from isopolity.persistence.health import (
    STATEMENT_SECONDS,
    DatabaseUnavailable,
    SlowStatements,
    is_ended,
    is_read_only,
    is_unavailable,
    lacking,
    text_of,
)

_log = structlog.get_logger(__name__)
__all__ = ["Database", "DatabaseUnavailable", "is_unavailable"]


class Database:
    """An engine for `postgresql+asyncpg://…` or `sqlite+aiosqlite:///…`; close it when done."""

    def __init__(self, engine: AsyncEngine, connect_args: Mapping[str, Any] | None = None) -> None:
        self.engine = engine
        self._connect_args = connect_args or {}
        self.is_sqlite = engine.dialect.name == "sqlite"
        self.process_locks: defaultdict[str, Lock] = defaultdict(Lock)
        self._writer: AbstractAsyncContextManager[Any] = Lock() if self.is_sqlite else nullcontext()
        self._refused: tuple[Unwritable, float] | None = None
        self.slow = SlowStatements()

    @classmethod
    def open(cls, url: str, *, pool_size: int = 10, connect_args: dict[str, Any] | None = None) -> Self:
        """Prepare the engine; the first use connects. `connect_args` go to the driver, for instance `ssl`."""
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+asyncpg")
        is_sqlite = parsed.get_backend_name() == "sqlite"
        engine = create_async_engine(
            parsed,
            pool_size=pool_size,
            pool_pre_ping=not is_sqlite,  # a file does not become unreachable as a server does
            pool_recycle=1800,
            hide_parameters=True,  # error messages reach the log, and the values of a statement may be personal
            connect_args=(connect_args or {}) | {"async_creator_fn": sqlite_file.connect if is_sqlite else connect},
        )
        database = cls(engine, connect_args)
        event.listen(engine.sync_engine, "handle_error", database._note_refusal)
        event.listen(engine.sync_engine, "handle_error", database._note_slow)
        event.listen(engine.sync_engine, "handle_error", _translate)
        before, after = database.slow.listeners()
        event.listen(engine.sync_engine, "before_cursor_execute", before)
        event.listen(engine.sync_engine, "after_cursor_execute", after)
        if is_sqlite:
            sqlite_file.set_up_connections(engine.sync_engine)
        return database

    @property
    def place(self) -> str:
        """The file of a SQLite database; for PostgreSQL the server and the name, without user and password."""
        url = self.engine.url
        return str(url.database) if self.is_sqlite else f"{url.host}:{url.port or 5432}/{url.database}"

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
            await connection.execution_options(**{sqlite_file.BEGIN: "BEGIN"})
            yield connection

    @asynccontextmanager
    async def writing_without_limits(self) -> AsyncIterator[AsyncConnection]:
        """A connection with no limit of time on statements, locks or pauses; for migrations.

        In SQLite it is inside a transaction, like that of `writing`; in PostgreSQL its user begins transactions.
        """
        if self.is_sqlite:
            async with self.writing() as connection:
                yield connection
            return
        address = self.engine.url.render_as_string(hide_password=False)
        patient = self.open(address, pool_size=1, connect_args={**self._connect_args, "command_timeout": None})
        try:
            async with patient.engine.connect() as connection:
                for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
                    await connection.exec_driver_sql(f"SET {limit} = 0")
                await connection.commit()
                yield connection
        finally:
            await patient.close()

    async def ping(self) -> None:
        """Return if the database answers; else raise an error that `is_unavailable` recognises."""
        async with self.reading() as connection:
            await connection.exec_driver_sql("SELECT 1")

    async def try_writing(self, outbox: Table) -> None:
        """Try a write that changes nothing, and check the rights on all tables of the outbox's metadata.

        Raises the database's error if it refuses the write, and DatabaseUnavailable if a right or a table is missing.
        """
        async with self.writing() as connection:
            if (why := await lacking(connection, outbox.metadata.tables.values())) is not None:
                raise self._refuse(why)
            if not self.is_sqlite:  # a row takes space in the file even though the transaction is rolled back
                await connection.execute(outbox.insert().values(topic="", key="", headers="", created_at=_LONG_AGO))
                return
            await sqlite_file.write_same(connection)
            await connection.commit()
        await self._try_room()  # outside the transaction, so that other writers do not wait

    async def _try_room(self) -> None:
        try:
            await asyncio.to_thread(try_room, Path(self.place).parent)
        except OSError as error:
            if (why := why_unwritable(error)) is None:
                return  # for instance a database in memory
            raise self._refuse(why) from error

    def _refuse(self, why: Unwritable) -> DatabaseUnavailable:
        self._refused = (why, time.monotonic())
        return DatabaseUnavailable(why.of(self.place))

    def why_unwritable(self) -> str | None:
        """Sentences on why the database refused a change in the last seconds; None if it did not."""
        if self._refused is None or time.monotonic() - self._refused[1] > _REMEMBERED:
            return None
        return self._refused[0].of(self.place)

    def _note_refusal(self, context: ExceptionContext) -> None:
        why = why_unwritable(context.original_exception)
        if why is not None:
            self._refused = (why, time.monotonic())

    def _note_slow(self, context: ExceptionContext) -> None:
        error = context.original_exception
        if is_ended(error):
            raise self.slow.ended(text_of(context.statement, context.execution_context)) from error

    async def truncate_log(self) -> bool:
        """In SQLite, move the WAL into the file and empty it, since it has copies of deleted rows.

        Returns False if a reader has an old view or another process writes: try again later. In PostgreSQL it does
        nothing, since the server recycles its log.
        """
        return await self._tidied(rewriting=False)

    async def tidy(self) -> bool:
        """Rewrite the SQLite file if a person was erased since the last rewriting, then do as `truncate_log`."""
        return await self._tidied(rewriting=True)

    async def _tidied(self, *, rewriting: bool) -> bool:
        if not self.is_sqlite:
            return True
        try:
            async with self._writer, self.engine.connect() as connection:
                await connection.execution_options(**{sqlite_file.BEGIN: ""})
                if rewriting:
                    await sqlite_file.rewrite_if_marked(connection)
                return await sqlite_file.empty_log(connection)
        except SQLAlchemyError as error:
            if not is_unavailable(error):
                raise
            _log.warning("sqlite_file_not_tidied", error=str(error))
            return False

    async def close(self) -> None:
        await self.engine.dispose()


_REMEMBERED: Final = 8.0
"""Seconds for which a refused change is reported; upkeep tries a write every five seconds."""
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


def _translate(context: ExceptionContext) -> None:
    """Translate the driver's errors into types of our own, and drop connections that are no longer usable.

    Details of PostgreSQL's errors, which quote the row, are left out, since a log would print them.
    """
    error = context.original_exception
    if isinstance(error.__cause__, asyncpg.PostgresError):
        error.__cause__.detail = None
    if isinstance(error, OSError):  # TimeoutError is one
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False  # the pool checks every other connection before it hands it out
        raise DatabaseUnavailable(f"the database did not answer: {str(error) or type(error).__name__}") from error
    if is_read_only(error):
        context.is_disconnect = True


_IDLE, _INTERVAL, _COUNT, _USER_TIMEOUT = 5, 3, 3, 15
"""Keepalive: seconds of silence before a probe, seconds between probes, number of probes, and seconds for sent data to
be confirmed. A host that vanished is noticed within 15 seconds; operating systems wait two hours by default.
"""

_LOCK_SECONDS: Final = STATEMENT_SECONDS - 10
"""Seconds to wait for a lock; fewer than for a statement, so that waiting for a lock does not count as slow."""

SERVER_SETTINGS: Final = {
    "tcp_keepalives_idle": str(_IDLE),
    "tcp_keepalives_interval": str(_INTERVAL),
    "tcp_keepalives_count": str(_COUNT),
    "tcp_user_timeout": str(_USER_TIMEOUT * 1000),
    "lock_timeout": str(_LOCK_SECONDS * 1000),
    "statement_timeout": str(STATEMENT_SECONDS * 1000),  # a slow query ends before the driver gives up
    "idle_in_transaction_session_timeout": str(
        5 * 60 * 1000
    ),  # a frozen process still answers probes, and would keep its locks
}
_CLIENT_OPTIONS: Final = {
    "TCP_KEEPIDLE": _IDLE,
    "TCP_KEEPINTVL": _INTERVAL,
    "TCP_KEEPCNT": _COUNT,
    "TCP_USER_TIMEOUT": _USER_TIMEOUT * 1000,
}


async def connect(*arguments: Any, **options: Any) -> Any:
    """A connection as `asyncpg.connect` opens it, with keepalives on both sides. Raises DatabaseUnavailable."""
    options["server_settings"] = SERVER_SETTINGS | options.get("server_settings", {})
    try:
        connection = await asyncpg.connect(*arguments, **options)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
        words = str(error) or type(error).__name__
        raise DatabaseUnavailable(f"no connection to the database: {words}") from error
    _keep_alive(connection._transport.get_extra_info("socket"))  # asyncpg has no public way to its socket
    return connection


def _keep_alive(connected: socket.socket) -> None:
    if connected.family == socket.AF_UNIX:
        return
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _CLIENT_OPTIONS.items():
        if hasattr(socket, name):  # not every operating system has all of them
            connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

"""A SQLite file: sets up its connections, and removes deleted content from the disk.

Deleted content is overwritten with zeros (`secure_delete`), but two kinds of copies remain: older pages in the WAL,
until it is emptied, and cells that moved when the pages of a tree were balanced (5 of 3,000 erased names in a trial).
So a transaction that erases a person marks the file as one to be rewritten, and upkeep rewrites it, once an hour for
all erasures since. A file that was never rewritten, such as one of an earlier release, has that mark too.
"""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Thread
from typing import Any, Final

import aiosqlite
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.util.concurrency import in_greenlet

BEGIN: Final = "isopolity_begin"
"""The execution option with the statement that opens a transaction; by default `BEGIN IMMEDIATE`, none if empty."""
_PATIENT: Final = "PRAGMA busy_timeout=10000"
_IMPATIENT: Final = "PRAGMA busy_timeout=100"
"""Milliseconds to wait for a lock."""
_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    _PATIENT,
    "PRAGMA secure_delete=ON",
    "PRAGMA journal_size_limit=16777216",  # bytes to which the WAL shrinks when it starts over after a checkpoint
)
_MARK: Final = "PRAGMA user_version=0"
_UNMARK: Final = "PRAGMA user_version=1"


def set_up_connections(engine: Engine) -> None:
    """Set the pragmas and the termination of each connection, and the opening statement of each transaction."""
    engine.dialect.do_terminate = _terminate  # type: ignore[assignment, method-assign]  # no event is in its place
    engine.dialect.supports_server_side_cursors = False  # cursors of this module hold all their rows

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # sqlite3 must not begin transactions on its own
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        statement = connection.get_execution_options().get(BEGIN, "BEGIN IMMEDIATE")
        if statement:
            connection.exec_driver_sql(statement)


def _terminate(connection: Any) -> None:
    """End a connection whose statement was cancelled.

    SQLAlchemy shields the closing and, if that is cancelled too, stops the connection's thread as well: the closing,
    and so the end of the event loop, then waits forever for an answer of a thread that has ended. aiosqlite's closing
    needs no shield: it stops the thread even if it is cancelled.
    """
    if in_greenlet():
        connection.close()
    else:  # collected as garbage
        connection.terminate()


async def mark_for_rewriting(connection: AsyncConnection) -> None:
    """Mark, in the transaction of `connection`, that the file has copies of data that must not be kept."""
    await connection.exec_driver_sql(_MARK)


async def rewrite_if_marked(connection: AsyncConnection) -> bool:
    """Rewrite the live data into fresh pages if the file is marked; writers wait, some seconds for 100 MB."""
    if (await connection.exec_driver_sql("PRAGMA user_version")).scalar_one():
        return False
    await connection.exec_driver_sql("VACUUM")
    await connection.exec_driver_sql(_UNMARK)
    return True


async def write_same(connection: AsyncConnection) -> None:
    """Write the file's mark unchanged, so that the commit writes a page to disk."""
    marked = (await connection.exec_driver_sql("PRAGMA user_version")).scalar_one()
    await connection.exec_driver_sql(_UNMARK if marked else _MARK)


async def empty_log(connection: AsyncConnection) -> bool:
    """Move the WAL into the file and empty it. Returns False if a reader has an old view: try again later."""
    await connection.exec_driver_sql(_IMPATIENT)  # writers wait meanwhile
    try:
        busy = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0]
    except SQLAlchemyError:
        await connection.exec_driver_sql(_PATIENT)
        raise
    await connection.exec_driver_sql(_PATIENT)  # not after a cancellation, when the connection is unusable
    return not busy


class _Cursor(aiosqlite.Cursor):
    """A cursor that is opened, used, read and closed in one call to the connection's thread.

    SQLAlchemy's use of aiosqlite needs four calls, each of which wakes two threads: half the time of a small query. The
    rows are in memory, as they are with SQLAlchemy.
    """

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._conn = connection
        self._rows: list[Any] = []

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> aiosqlite.Cursor:
        await self._conn._execute(self._run, sqlite3.Cursor.execute, sql, parameters or ())  # type: ignore[no-untyped-call]
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> aiosqlite.Cursor:
        await self._conn._execute(self._run, sqlite3.Cursor.executemany, sql, parameters)  # type: ignore[no-untyped-call]
        return self

    def _run(self, run: Any, sql: str, parameters: Any) -> None:
        self._cursor = self._conn._conn.cursor()
        try:
            run(self._cursor, sql, parameters)
            self._rows = self._cursor.fetchall() if self._cursor.description else []
        finally:
            self._cursor.close()  # facts about the statement, such as the number of changed rows, stay

    async def fetchall(self) -> Iterable[sqlite3.Row]:
        return self._rows

    async def close(self) -> None:
        """Do nothing: the cursor is closed already."""


class _Connection(aiosqlite.Connection):
    def cursor(self) -> Any:
        return _Cursor(self)


def connect(database: str, **options: Any) -> aiosqlite.Connection:
    """A connection like that of `aiosqlite.connect`; it opens when it is awaited."""
    connection = _Connection(lambda: sqlite3.connect(database, **options), iter_chunk_size=64)
    # as in SQLAlchemy: a connection that was left open does not keep the process alive
    connection._thread = Thread(target=_answering, args=(connection._thread.run,), daemon=True)
    return connection


def _answering(run: Callable[[], None]) -> None:
    """Run the thread of a connection until it is stopped, or its event loop has ended."""
    with suppress(RuntimeError):  # errors of statements go to their callers
        run()

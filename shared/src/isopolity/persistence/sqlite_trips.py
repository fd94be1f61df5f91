"""Connections to SQLite files on which a statement makes one trip to the connection's thread.

As SQLAlchemy uses aiosqlite a statement makes four: for a cursor, to run, for its rows, and to close the cursor. Each
trip wakes two threads; that took half the time of a small query.
"""

import sqlite3
from collections.abc import Iterable
from typing import Any

import aiosqlite


class _Cursor(aiosqlite.Cursor):
    """Is opened, used, emptied and closed in one trip; the rows lie in memory, where SQLAlchemy would put them too."""

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
            self._cursor.close()  # what is told of the statement, as how many rows it changed, stays

    async def fetchall(self) -> Iterable[sqlite3.Row]:
        return self._rows

    async def close(self) -> None:
        """It is closed already."""


class _Connection(aiosqlite.Connection):
    def cursor(self) -> Any:
        return _Cursor(self)


def connect(database: str, **options: Any) -> aiosqlite.Connection:
    """A connection as `aiosqlite.connect` makes it; awaited, it opens."""
    connection = _Connection(lambda: sqlite3.connect(database, **options), iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy has it: a connection that was left open keeps no process alive
    return connection

"""The health of a database: away, in need of a person, too slow for a statement, or short of rights on its tables.

A database is *away* when the same work may succeed later, with no change to the code or the data. Invariant: only
errors that the database or its driver raised can mean that. A handler's own FileNotFoundError or TimeoutError is a bug
of the handler; the driver raises these types too, but its errors are translated where they arise. An error that is not
in these tables is a bug: retried a bounded number of times, then dead-lettered (ADR 0024). `surroundings_of` finds the
errors that need a person: a missing right, a full disk, a broken file system. They are not the event's fault, so a
consumer holds its partition with that reason.

A database that is away comes back by itself; a statement that has become too slow for its data does not get faster, and
each try costs the server a minute. So after three slow tries in a row a statement is refused for five minutes, then
tried once, and so on with longer pauses, up to an hour. A success ends that. Invariant: sentences name the table and
the times, and no value.

A service reads and writes every table of its own, and takes numbers from their sequences. SQLite knows no rights, only
missing tables. Checking rights changes nothing.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg
from sqlalchemy import Table, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.typing import FilteringBoundLogger

from isopolity.machine.clock import Clock, system_clock
from isopolity.machine.stores import FORBIDDEN, UNKNOWN_TABLE, Unwritable, why_unwritable

AWAY_SQLSTATES: Final[Mapping[str, str]] = {
    "08": "the connection broke, or a pooler between us has none to give",
    "25006": "the server became read-only under an open connection: a primary was demoted",
    "25P03": "the server ended a session that stood still inside its transaction",
    "25P04": "the server ended a transaction that lasted too long",
    "40000": "the server rolled the transaction back",
    "40001": "serialization failure: a concurrent transaction won",
    "40003": "whether the statement was completed is unknown; its effect is idempotent",
    "40P01": "deadlock: a concurrent transaction won",
    "42501": "the role lacks a right, until somebody grants it",
    "42P01": "a table is not there: the database is not migrated, or its schema is closed to the role",
    "53": "the server lacks something: disk (53100), memory (53200), connections (53300), a limit of its own (53400)",
    "55006": "somebody else uses the object",
    "55P03": "a lock was not to be had within the time allowed",
    "57P01": "an operator ended the session, or the server stops",
    "57P02": "the server crashed and starts again",
    "57P03": "the server starts, stops or recovers and takes no connections",
    "57P04": "the database was dropped; another may take its place",
    "57P05": "the server ended an idle session",
    "58000": "the server's operating system failed it",
    "58030": "the server's disk failed it",
}
"""PostgreSQL's codes, a whole class by its first two characters. 25P02 is absent on purpose, since it is a bug to go on
in a failed transaction; so are 28 and the rest of 42, which are bugs once a connection is open. XX is corruption, which
ends the process and holds a consumer's partition.
"""

AWAY_SQLITE_CODES: Final[Mapping[int, str]] = {
    5: "SQLITE_BUSY: another connection writes, or recovers the file",
    7: "SQLITE_NOMEM: memory is short",
    8: "SQLITE_READONLY: the file or its file system became read-only",
    10: "SQLITE_IOERR: the disk failed",
    13: "SQLITE_FULL: the disk is full",
    14: "SQLITE_CANTOPEN: no file can be opened, for too many are open or the folder is away",
    15: "SQLITE_PROTOCOL: many connections raced for the WAL's locks",
    262: "SQLITE_LOCKED_SHAREDCACHE: another connection of this process writes",
}
"""SQLite's codes; one below 256 stands for its extended codes too. Absent on purpose: plain SQLITE_LOCKED (6), a
conflict of two statements of one connection, which is a bug; and SQLITE_CORRUPT, which needs a person.
"""


class DatabaseUnavailable(SQLAlchemyError):
    """The driver could not open a connection, lost one, or got no answer in time."""


class QueryTooSlow(SQLAlchemyError):
    """The server answers, but ended a statement that was too slow or that an operator cancelled.

    The message is for people. `is_stopped`: after several such ends in a row, the statement is not sent for a while.
    """

    def __init__(self, message: str, *, is_stopped: bool = False) -> None:
        super().__init__(message)
        self.is_stopped = is_stopped


def is_unavailable(error: BaseException) -> bool:
    """Whether `error` says that the database is away, busy or too slow, so that trying again later may help."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _reason(error.orig) is not None
    return isinstance(error, DatabaseUnavailable | QueryTooSlow | PoolTimeout)


def reason_of(error: BaseException) -> str:
    """Why work is postponed, in words for the log: the database is away, or a query is too slow."""
    return str(error) if isinstance(error, QueryTooSlow) else "the database is away or busy"


@contextmanager
def postponing(log: FilteringBoundLogger, name: str, *causes: type[Exception], **facts: object) -> Iterator[None]:
    """End the block at an error that says that the database is unavailable, or at one of `causes`; others pass.

    A warning called `name` then tells the reason, the error and these facts.
    """
    try:
        yield
    except Exception as error:
        if not (isinstance(error, causes) or is_unavailable(error)):
            raise
        reason = str(error) if isinstance(error, causes) else reason_of(error)
        log.warning(name, reason=reason, error=type(error).__name__, **facts)


def is_ended(error: BaseException | None) -> bool:
    """Whether the server ended only the statement, because it took too long or an operator cancelled it."""
    return getattr(error, "sqlstate", None) == "57014"


def surroundings_of(error: BaseException) -> Unwritable | None:
    """Why a person must act before the work can succeed, though code and data are right; None if nobody must.

    A full disk counts for the database and for a handler's own files alike. A PermissionError does not: a bug of the
    handler is its likelier cause.
    """
    found = (error.orig or error) if isinstance(error, DBAPIError) else error
    if isinstance(found, DatabaseUnavailable):
        found = found.__cause__ or found
    if isinstance(found, PermissionError):
        return None
    return why_unwritable(found)


def is_read_only(error: BaseException | None) -> bool:
    """Whether the server of an open connection became read-only; a new connection may reach the new primary."""
    return getattr(error, "sqlstate", None) == "25006"


def _reason(error: BaseException | None) -> str | None:
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(code, int):
        return AWAY_SQLITE_CODES.get(code) or AWAY_SQLITE_CODES.get(code & 0xFF)
    if isinstance(getattr(error, "__cause__", None), asyncpg.InvalidCachedStatementError):
        return "a migration changed a table under a prepared statement, which the driver has dropped now"
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return AWAY_SQLSTATES.get(state) or AWAY_SQLSTATES.get(state[:2])
    return None


STATEMENT_SECONDS: Final = 55
"""Seconds after which the server ends a statement. The driver waits longer, since its time-out counts as an outage."""

TRIES: Final = 3

_PAUSES: Final = tuple(timedelta(minutes=each) for each in (5, 10, 20, 40, 60))

_TABLE: Final = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slow:
    """A statement that was too slow `times` in a row, and when it may be tried again."""

    table: str
    times: int
    since: datetime
    again: datetime

    @property
    def is_stopped(self) -> bool:
        return self.times >= TRIES

    @property
    def sentence(self) -> str:
        """The sentence for operators."""
        times = "once" if self.times == 1 else f"{self.times} times in a row"
        sentence = (
            f"A query on {self.table} takes too long: the server ended it {times} since {self.since:%d %B %H:%M} UTC, "
            f"each time after {STATEMENT_SECONDS} s or by hand"
        )
        return f"{sentence}. It is not sent before {self.again:%H:%M} UTC." if self.is_stopped else f"{sentence}."


class SlowStatements:
    """The statements of one database that were too slow when they were sent last."""

    def __init__(self, clock: Clock = system_clock) -> None:
        self.clock = clock
        self._slow: dict[str, _Slow] = {}

    def sentences(self) -> Sequence[str]:
        """A sentence for each statement that is not sent for now, the oldest first."""
        stopped = (each for each in self._slow.values() if each.is_stopped)
        return [each.sentence for each in sorted(stopped, key=lambda each: each.since)]

    def ended(self, statement: str) -> QueryTooSlow:
        """Note that the server has ended the statement; returns the error to raise."""
        known, now = self._slow.get(statement), self.clock()
        times = 1 if known is None else known.times + 1
        pause = _PAUSES[min(times - TRIES, len(_PAUSES) - 1)] if times >= TRIES else timedelta(0)
        table = _TABLE.search(statement)
        slow = _Slow(
            table="the database" if table is None else table[1],
            times=times,
            since=now if known is None else known.since,
            again=now + pause,
        )
        self._slow[statement] = slow
        return QueryTooSlow(slow.sentence, is_stopped=slow.is_stopped)

    def check(self, statement: str) -> None:
        """Return if the statement may be sent. Raises QueryTooSlow."""
        slow = self._slow.get(statement)
        if slow is not None and slow.is_stopped and self.clock() < slow.again:
            raise QueryTooSlow(slow.sentence, is_stopped=True)

    def listeners(self) -> tuple[Callable[..., None], Callable[..., None]]:
        """Functions to call before and after each statement; they do nothing while no statement is slow."""

        def before(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
            if self._slow:
                self.check(text_of(statement, context))

        def after(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
            if self._slow:
                self._slow.pop(text_of(statement, context), None)

        return before, after


def text_of(statement: str | None, context: Any) -> str:
    """The text of a compiled statement; it does not depend on the number of values in a list."""
    compiled = getattr(context, "compiled", None)
    return str(compiled.string) if compiled is not None else statement or ""


_MOST_NAMES: Final = 5

_LACKING: Final = text(
    "WITH named AS (SELECT name, to_regclass(quote_ident(name)) AS place FROM unnest(CAST(:names AS text[])) AS name),"
    " wanted AS (SELECT name, privilege, has_table_privilege(place, privilege) AS granted"
    " FROM named, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege WHERE place IS NOT NULL"
    " UNION ALL SELECT sequence.relname, 'USAGE',"
    " CASE sequence.relkind WHEN 'S' THEN has_sequence_privilege(sequence.oid, 'USAGE') ELSE true END"
    " FROM named JOIN pg_depend ON refobjid = place AND deptype = 'a' AND classid = 'pg_class'::regclass"
    " JOIN pg_class AS sequence ON sequence.oid = objid)"
    " SELECT privilege, name FROM wanted WHERE NOT granted"
    " UNION ALL SELECT '', name FROM named WHERE place IS NULL ORDER BY 1, 2"
)
"""Query for the rights that the role lacks, table by table; a missing or inaccessible table gives the right ''."""

_TABLES_OF_SQLITE: Final = text("SELECT name FROM sqlite_master WHERE type = 'table'")


async def lacking(connection: AsyncConnection, tables: Collection[Table]) -> Unwritable | None:
    """The rights or tables that this connection's role lacks; None where it lacks nothing."""
    names = sorted(table.name for table in tables)
    if connection.dialect.name == "sqlite":
        there = set((await connection.execute(_TABLES_OF_SQLITE)).scalars())
        return _missing([name for name in names if name not in there])
    by_right: defaultdict[str, list[str]] = defaultdict(list)
    for right, name in await connection.execute(_LACKING, {"names": names}):
        by_right[right].append(name)
    if missing := by_right.pop("", None):
        return _missing(missing)
    rights = "; ".join(f"{right} on {_listed(found)}" for right, found in by_right.items())
    return FORBIDDEN._replace(detail=rights) if rights else None


def _missing(names: Sequence[str]) -> Unwritable | None:
    return UNKNOWN_TABLE._replace(detail=_listed(names)) if names else None


def _listed(names: Sequence[str]) -> str:
    left = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {left} more" if left > 0 else "")

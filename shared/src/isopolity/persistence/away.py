"""Which errors of a database mean *away*: the same work may succeed later, with no change to the code or the data.

Invariant: only what the database or its driver raised can be away. A handler's own FileNotFoundError or TimeoutError is
a bug of the handler, although the driver raises the same types: the driver's are translated where they arise. Whatever
is not in these tables is a bug: retried a bounded number of times, then dead-lettered (ADR 0024).

`surroundings_of` finds the errors that need a person: a missing right, a full disk, a broken file system. The event is
not at fault there either, so a consumer holds its partition with that reason.
"""

from collections.abc import Mapping
from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from isopolity.machine.stores import Unwritable, why_unwritable

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
"""PostgreSQL's codes, a whole class by its first two characters. 25P02 is absent on purpose: to go on in a transaction
that has failed is a bug; so are 28 and the rest of 42 once a connection is open. XX is corruption, which ends the
process, and holds a consumer's partition."""

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
"""SQLite's codes; one below 256 stands for its extended codes too. SQLITE_LOCKED (6) alone is absent on purpose: a
statement that gets in the way of another of its own connection is a bug; so is SQLITE_CORRUPT, which needs a person."""


class DatabaseUnavailable(SQLAlchemyError):
    """The driver could not open a connection, lost one, or waited in vain for an answer."""


class QueryTooSlow(SQLAlchemyError):
    """The server answers, but ended a statement that took too long or was cancelled by hand; the message is for people.

    `is_stopped`: this has happened so often in a row that the statement is not sent any more for a while.
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
    """Why work waits, in words for the log: a query that is too slow is no database that is away."""
    return str(error) if isinstance(error, QueryTooSlow) else "the database is away or busy"


def is_ended(error: BaseException | None) -> bool:
    """Whether the server ended only the statement: it took too long, or an operator cancelled it."""
    return getattr(error, "sqlstate", None) == "57014"


def surroundings_of(error: BaseException) -> Unwritable | None:
    """Why a person must act before the work can succeed, though neither the code nor the data is at fault; else None.

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
    """Whether the server became read-only under an open connection; a new one may lead to the new primary."""
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

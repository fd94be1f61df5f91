"""The health of a database: slow statements that its server ends, and the rights on tables that a service needs.

A database that is away comes back by itself; a statement that has become too slow for its data does not, and each try
costs the server a minute. So after three tries in a row it is refused for five minutes, then tried once, and so on with
longer pauses, up to an hour. A statement that succeeds is forgotten. Invariant: sentences name the table and the times,
and no value.

A service reads and writes every table of its own, and takes numbers from their sequences. SQLite knows no rights, only
missing tables. Asking for rights changes nothing.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.machine.clock import Clock, system_clock
from isopolity.machine.stores import FORBIDDEN, UNKNOWN_TABLE, Unwritable
from isopolity.persistence.away import QueryTooSlow

STATEMENT_SECONDS: Final = 55
"""Seconds after which the server ends a statement. The driver waits longer, since its own time-out means an outage."""
TRIES: Final = 3
_PAUSES: Final = tuple(timedelta(minutes=each) for each in (5, 10, 20, 40, 60))
_TABLE: Final = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slow:
    """A statement that was too slow, `times` in a row, and when it may be tried again."""

    table: str
    times: int
    since: datetime
    again: datetime

    @property
    def is_stopped(self) -> bool:
        return self.times >= TRIES

    @property
    def sentence(self) -> str:
        """The sentence that people read."""
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
        """A sentence on each that is not sent for now, the oldest first."""
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
        """Return where the statement may be sent. Raises QueryTooSlow."""
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
    """The text of a statement as it was compiled: one text, however many values a list in it has."""
    compiled = getattr(context, "compiled", None)
    return str(compiled.string) if compiled is not None else statement or ""


_NAMES_SHOWN: Final = 5
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
"""Rights that the role lacks, table by table; a table that is not there, or in a closed schema, lacks the right ''."""
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
    left = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" and {left} more" if left > 0 else "")

"""Statements that the server ends because they take too long: counted, and after some times in a row not sent any more.

A database that is away comes back by itself; a statement that has become too slow for its data does not, and each try
costs the server a minute. So after three tries in a row it is refused for five minutes, then tried once, and so on with
longer pauses, up to an hour. One that succeeds is forgotten.

Invariant: sentences name the table and the times, and no value.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from isopolity.machine.clock import Clock, system_clock
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

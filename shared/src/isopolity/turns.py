"""Long work in the event loop, cut into turns.

turns = Turns()
for record in records:
    apply(record)
    await turns.over()
"""

import asyncio
from collections.abc import Callable, Generator
from time import perf_counter
from typing import Final, TypeVar

T = TypeVar("T")
_TURN: Final = 0.005
"""Seconds; the event loop of a service is to be held up for 20 ms at most."""


class Turns:
    """Lets other tasks of the event loop run each time that work has gone on for a turn, 5 ms by default."""

    def __init__(self, turn: float = _TURN, clock: Callable[[], float] = perf_counter) -> None:
        self._turn = turn
        self._clock = clock
        self._end = clock() + turn

    async def over(self) -> None:
        """Return at once; where the turn is over, after the other tasks have had theirs."""
        if self._clock() >= self._end:
            await asyncio.sleep(0)
            self._end = self._clock() + self._turn


async def in_turns(steps: Generator[object, None, T]) -> T:
    """The result of a generator; other tasks of the event loop run between its steps."""
    turns = Turns()
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        await turns.over()


def at_once(steps: Generator[object, None, T]) -> T:
    """The result of a generator, without a pause between its steps."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result

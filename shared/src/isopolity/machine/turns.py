"""Long work in the event loop, cut into turns.

turns = Turns()
for record in records:
    apply(record)
    await turns.over()
"""

import asyncio
from collections import deque
from collections.abc import Callable, Generator, Iterable
from math import inf
from time import perf_counter
from typing import Final, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")
Value = TypeVar("Value")
_TURN: Final = 0.003
"""Seconds of a turn; a service's event loop may be blocked for 20 ms at most."""
_SHARED: "Final[WeakKeyDictionary[asyncio.AbstractEventLoop, _Shared]]" = WeakKeyDictionary()
"""Turns by event loop, which all long work in it shares."""


class Turns:
    """Lets other tasks of the event loop run each time that long work has taken a turn.

    All long work in an event loop shares its turns: however many tasks have long work, the loop goes round after one
    turn, not after one turn of each task. Tasks get turns in the order in which they asked.
    """

    def __init__(self, turn: float = _TURN, clock: Callable[[], float] = perf_counter) -> None:
        self._turn = turn
        self._clock = clock
        self._shared = _SHARED.setdefault(asyncio.get_running_loop(), _Shared())

    async def over(self) -> None:
        """Return at once, or, if the turn is over, after every other waiting task has had a turn."""
        if self._clock() >= self._shared.end:
            await self._shared.next_turn()
            self._shared.end = self._clock() + self._turn


class _Shared:
    """The turns of one event loop: when the present one ends, and which tasks wait for the next."""

    def __init__(self) -> None:
        self.end = -inf
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def next_turn(self) -> None:
        """Wait for a turn; the loop goes round once between two of them."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._grant, loop)
        self._waiting.append(future)
        await future

    def _grant(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():  # a task that was cancelled takes no turn
                future.set_result(None)
                break
        if self._waiting:
            loop.call_soon(self._grant, loop)


async def each_in_turns(work: Callable[[Value], T], values: Iterable[Value]) -> list[T]:
    """The results of `work` for each value, in order; other tasks of the event loop run in between."""
    turns, done = Turns(), list[T]()
    for value in values:
        await turns.over()
        done.append(work(value))
    return done


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
    """The result of a generator, run without pauses between its steps."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result

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
"""Seconds; the event loop of a service is to be held up for 20 ms at most."""
_SHARED: "Final[WeakKeyDictionary[asyncio.AbstractEventLoop, _Shared]]" = WeakKeyDictionary()
"""By event loop, since the loop is what long work shares."""


class Turns:
    """Lets other work that waits for the event loop run each time that long work has gone on for a turn.

    All long work in one event loop shares its turns: however many tasks have long work, the loop goes round after one
    turn, not after one turn for each of them. They take turns in the order in which they asked.
    """

    def __init__(self, turn: float = _TURN, clock: Callable[[], float] = perf_counter) -> None:
        self._turn = turn
        self._clock = clock
        self._shared = _SHARED.setdefault(asyncio.get_running_loop(), _Shared())

    async def over(self) -> None:
        """Return at once; if the turn is over, after every other waiting task has had one."""
        if self._clock() >= self._shared.end:
            await self._shared.next_turn()
            self._shared.end = self._clock() + self._turn


class _Shared:
    """The turns of one event loop: when the present one ends, and who waits for the next."""

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
    """`work` of each value, in their order; other work that waits for the event loop runs in between."""
    turns, done = Turns(), list[T]()
    for value in values:
        await turns.over()
        done.append(work(value))
    return done


async def in_turns(steps: Generator[object, None, T]) -> T:
    """The result of a generator, with other waiting work of the event loop done between its steps."""
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

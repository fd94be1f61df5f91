"""Measuring on a machine that others use too: contenders take turns, and only ratios within one round are compared.

Invariant: every contender runs once a round, so that a slow minute of the machine slows all of them.
"""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time
from typing import Final

PATIENCE: Final = 300.0
POLL: Final = 0.02
Condition = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of something in seconds: on the clock, and of this process's processor time."""

    clock: float
    work: float


Contender = Callable[[], Awaitable[Cost]]


@dataclass(frozen=True, slots=True)
class Samples:
    """The costs of each contender, round by round."""

    costs: Mapping[str, list[Cost]]

    def clock(self, name: str) -> list[float]:
        return [cost.clock for cost in self.costs[name]]

    def work(self, name: str) -> list[float]:
        return [cost.work for cost in self.costs[name]]

    def seconds(self, *names: str) -> dict[str, list[float]]:
        """The times of these contenders, to be kept."""
        return {name: self.clock(name) for name in names}

    def times(self, slower: str, faster: str) -> float:
        """How many times the one took as long as the other: the median over the rounds."""
        return _median_ratio(self.clock(slower), self.clock(faster))

    def times_the_work(self, slower: str, faster: str) -> float:
        """The ratio of processor times, which does not depend on what else the machine does."""
        return _median_ratio(self.work(slower), self.work(faster))


def _median_ratio(ones: list[float], others: list[float]) -> float:
    return median(one / other for one, other in zip(ones, others, strict=True))


async def interleaved(contenders: Mapping[str, Contender], rounds: int) -> Samples:
    """One cost a round and contender; a first round warms up and does not count, where there is more than one."""
    costs: dict[str, list[Cost]] = {name: [] for name in contenders}
    for turn in range(rounds + (rounds > 1)):
        for name, contender in contenders.items():
            gc.collect()
            cost = await contender()
            if turn or rounds == 1:
                costs[name].append(cost)
    return Samples(costs)


def processor_time(work: list[float], count: int) -> str:
    """In words, for what has no peer to be compared with."""
    return f"{median(work) / count * 1e6:.0f} µs of processor time each"


async def until(condition: Condition, *, seconds: float = PATIENCE) -> None:
    """Ask again and again until it holds; raise TimeoutError if it does not come to that."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110  # it is another process that brings it about
            await asyncio.sleep(POLL)


class Countdown:
    """Told of each message that is handled; knows what it took from `start` to the last of them."""

    def __init__(self, expected: int) -> None:
        self._left = expected
        self._done = asyncio.Event()
        self._started = Cost(0, 0)
        self._ended = Cost(0, 0)

    def start(self) -> None:
        self._started = _now()

    def count(self, handled: int = 1) -> None:
        self._left -= handled
        if self._left <= 0 and not self.done:
            self._ended = _now()
            self._done.set()

    @property
    def done(self) -> bool:
        return self._done.is_set()

    async def wait(self) -> None:
        """Return when all are handled; raise TimeoutError when that takes too long."""
        async with asyncio.timeout(PATIENCE):
            await self._done.wait()

    @property
    def cost(self) -> Cost:
        return Cost(self._ended.clock - self._started.clock, self._ended.work - self._started.work)


def _now() -> Cost:
    return Cost(perf_counter(), process_time())

"""Turns: who waits for the event loop runs between two turns of long work."""

import asyncio
from collections.abc import Generator
from itertools import pairwise

from isopolity.machine.turns import Turns, at_once, in_turns


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def _noting(clock: _Clock, ran: list[float]) -> None:
    while True:
        ran.append(clock.now)
        await asyncio.sleep(0)


async def _work(clock: _Clock, steps: int) -> None:
    turns = Turns(1.0, clock)
    for _ in range(steps):
        await turns.over()
        clock.now += 0.25


async def test_others_run_once_a_turn_is_over_and_not_before() -> None:
    clock, ran = _Clock(), list[float]()
    task = asyncio.create_task(_noting(clock, ran))
    await _work(clock, 10)
    task.cancel()
    assert sorted(set(ran)) == [0.0, 1.0, 2.0]


async def test_many_with_long_work_hold_others_up_for_one_turn_together() -> None:
    clock, ran = _Clock(), list[float]()
    task = asyncio.create_task(_noting(clock, ran))
    await asyncio.gather(*(_work(clock, 10) for _ in range(8)))
    task.cancel()
    assert clock.now == 8 * 10 * 0.25
    assert max(after - before for before, after in pairwise(ran)) <= 1.0


async def test_a_task_that_is_cancelled_while_it_waits_for_its_turn_stops_nobody() -> None:
    clock = _Clock()
    first, second = asyncio.create_task(_work(clock, 3)), asyncio.create_task(_work(clock, 3))
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert first.cancelled()
    assert clock.now == 3 * 0.25


async def test_a_generator_is_gone_through_to_what_it_returns() -> None:
    def steps() -> Generator[None, None, str]:
        yield
        yield
        return "done"

    assert await in_turns(steps()) == at_once(steps()) == "done"

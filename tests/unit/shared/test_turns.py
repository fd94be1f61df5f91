"""Turns: who waits for the event loop runs between two turns of long work."""

import asyncio
from collections.abc import Generator

from isopolity.turns import Turns, at_once, in_turns


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_others_run_once_a_turn_is_over_and_not_before() -> None:
    clock, ran = _Clock(), list[float]()
    turns = Turns(1.0, clock)

    async def other() -> None:
        while True:
            ran.append(clock.now)
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    for _ in range(10):
        clock.now += 0.25
        await turns.over()
    task.cancel()
    assert ran == [1.0, 2.0]


async def test_a_generator_is_gone_through_to_what_it_returns() -> None:
    def steps() -> Generator[None, None, str]:
        yield
        yield
        return "done"

    assert await in_turns(steps()) == at_once(steps()) == "done"

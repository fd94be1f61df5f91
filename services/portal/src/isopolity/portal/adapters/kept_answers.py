"""Public answers of the services, kept for as long as their Cache-Control allows.

Invariant: nothing is kept that was asked with anybody's rights, and nothing for longer than `Cache-Control` says.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any, Final, TypeVar

_MOST: Final = 100
"""Answers that are kept; the one that was asked for longest ago goes first."""

Made = TypeVar("Made")
Answer = tuple[Made, float]
"""The result to keep, and for how many seconds."""


def seconds_of(headers: Mapping[str, str]) -> float:
    """For how many seconds everybody may keep an answer with these headers."""
    rules = [each.strip() for each in headers.get("cache-control", "").split(",")]
    ages = [each.removeprefix("max-age=") for each in rules if each.startswith("max-age=")]
    return float(ages[0]) if "public" in rules and ages and ages[0].isdecimal() else 0.0


class KeptAnswers:
    """Answers by their address, which stands for their type, too; a question on its way is not asked once more."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, Any]] = OrderedDict()
        self._asked: dict[str, asyncio.Task[Any]] = {}

    async def get(self, address: str, ask: Callable[[], Awaitable[Answer[Made]]]) -> Made:
        """The answer that is kept, or that somebody waits for already, or else that of `ask`. Raises as `ask`.

        Who waited for another's question that failed asks by itself: the failure may be that one's alone.
        """
        until, kept = self._kept.get(address, (0.0, None))
        if until > self._clock():
            self._kept.move_to_end(address)
            found: Made = kept
            return found
        others: asyncio.Task[Made] | None = self._asked.get(address)
        if others is not None:
            await asyncio.wait([others])
            if not others.cancelled() and others.exception() is None:
                return others.result()
        task = self._asked[address] = asyncio.create_task(self._answer(address, ask))
        task.add_done_callback(lambda done: self._forget(address, done))
        return await asyncio.shield(task)  # who leaves does not take it from the others

    def _forget(self, address: str, done: "asyncio.Task[object]") -> None:
        if self._asked.get(address) is done:
            del self._asked[address]
        if not done.cancelled():
            done.exception()  # those who wait get it, if anybody still does

    async def _answer(self, address: str, ask: Callable[[], Awaitable[Answer[Made]]]) -> Made:
        document, seconds = await ask()
        if seconds > 0:
            self._kept[address] = (self._clock() + seconds, document)
            self._kept.move_to_end(address)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return document

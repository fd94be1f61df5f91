"""Waiting for what happens by itself: polling with a deadline instead of sleeping."""

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable


async def until(condition: Callable[[], bool | Awaitable[bool]], *, seconds: float = 10.0) -> None:
    """Return once `condition` holds; fail if it does not within `seconds`."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        found = condition()
        if (await found) if isawaitable(found) else found:
            return
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"what was waited for did not happen within {seconds} s")
        await asyncio.sleep(0.01)

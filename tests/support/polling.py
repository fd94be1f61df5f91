"""Waiting for what must become true, with a deadline instead of a sleep."""

import asyncio
from collections.abc import Awaitable, Callable

_INTERVAL = 0.01


async def until(condition: Callable[[], bool | Awaitable[bool]], *, within: float = 10.0, what: str = "it") -> None:
    """Return as soon as the condition holds; fail after `within` seconds."""
    async with asyncio.timeout(within) as deadline:
        while True:
            answer = condition()
            if await answer if isinstance(answer, Awaitable) else answer:
                return
            if deadline.expired():
                break
            await asyncio.sleep(_INTERVAL)

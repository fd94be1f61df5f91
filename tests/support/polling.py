"""Waiting for a condition, with a deadline instead of a sleep."""

import asyncio
import time
from collections.abc import Awaitable, Callable

_LEAST = 0.01
_SHARE = 2
"""The pause after a check, as a multiple of the time that the check took."""
_MOST = 1.0


async def until(condition: Callable[[], bool | Awaitable[bool]], *, within: float = 60.0, what: str = "it") -> None:
    """Return as soon as the condition holds; fail after `within` seconds, far more than a slow machine needs."""
    async with asyncio.timeout(within) as deadline:
        while True:
            started = time.monotonic()
            answer = condition()
            if await answer if isinstance(answer, Awaitable) else answer:
                return
            if deadline.expired():
                break
            await asyncio.sleep(min(_MOST, max(_LEAST, _SHARE * (time.monotonic() - started))))

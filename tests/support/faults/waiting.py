"""Waiting for conditions that need requests, with pauses that leave the machine to the services."""

import asyncio
import time
from collections.abc import Awaitable, Callable

_LEAST, _MOST = 0.1, 1.0
_SHARE = 2
"""The pause after a check, as a multiple of the time that the check took."""


async def eventually(condition: Callable[[], Awaitable[object]], what: str, *, within: float = 360.0) -> None:
    """Return as soon as the condition holds; fail with `what` after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        started = time.monotonic()
        if await condition():
            return
        assert time.monotonic() < deadline, f"waited {within:g} s in vain: {what}"
        await asyncio.sleep(min(_MOST, max(_LEAST, _SHARE * (time.monotonic() - started))))

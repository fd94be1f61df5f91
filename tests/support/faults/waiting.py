"""Waiting for what takes requests to find out: seldom enough to leave the machine to the services."""

import asyncio
import time
from collections.abc import Awaitable, Callable

_INTERVAL = 0.1


async def eventually(condition: Callable[[], Awaitable[object]], what: str, *, within: float = 360.0) -> None:
    """Return as soon as the condition holds; fail with `what` after `within` seconds."""
    deadline = time.monotonic() + within
    while not await condition():
        assert time.monotonic() < deadline, f"waited {within:g} s in vain: {what}"
        await asyncio.sleep(_INTERVAL)

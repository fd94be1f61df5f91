"""The task that tells the watermark of answers, from one instance of notify at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final

import structlog

from isopolity.persistence.database import is_unavailable
from isopolity.persistence.lease import Lease

LEASE: Final = "isopolity.notify.watermark"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatermarkLoop:
    """Tells the watermark at once and then every `interval` seconds."""

    tell: Callable[[], Awaitable[None]]
    lease: Callable[[], AbstractAsyncContextManager[Lease]]
    interval: float
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    pause: float = 1.0
    """Seconds after a fault of the database."""

    async def run(self) -> None:
        """Until cancelled; while the database is away, try again."""
        while True:
            try:
                async with self.lease() as held:
                    while True:
                        await held.check()
                        await self.tell()
                        await self.sleep(self.interval)
            except Exception as error:
                if not is_unavailable(error):
                    raise
                _log.warning("watermark_postponed", reason="database unavailable")
            await self.sleep(self.pause)

"""Tasks that the portal runs without a request."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from isopolity.persistence.health import postponing
from isopolity.web.revocations import RevocationsUnknown

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgettingLoop:
    """Forgets ended sessions at once and then every `interval` seconds."""

    forget: Callable[[], Awaitable[int]]
    interval: float
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self) -> None:
        """Until cancelled; while the database or the broker is away, try again."""
        while True:
            with postponing(_log, "forgetting_postponed", RevocationsUnknown):
                if count := await self.forget():
                    _log.info("sessions_forgotten", count=count)
            await self.sleep(self.interval)

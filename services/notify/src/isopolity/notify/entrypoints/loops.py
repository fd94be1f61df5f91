"""Long-running tasks of notify: one sends mails, the other publishes the watermark of answers.

Invariants: a wave of mails in flight is finished before its task ends, so that a clean stop leaves no mail unknown; one
instance at a time publishes the watermark.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from typing import Final

import structlog

from isopolity.notify.application.sender import Sender
from isopolity.persistence.health import is_unavailable, postponing, reason_of
from isopolity.persistence.lease import Lease

WATERMARK_LEASE: Final = "isopolity.notify.watermark"
_log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class SendingLoop:
    """Sends mails until cancelled: woken, or each `poll`; `poll`, `pause` after a fault, `grace` in seconds."""

    sender: Sender
    mails_waiting: asyncio.Event = field(default_factory=asyncio.Event)
    """Is set when mails have been entered."""
    poll: float = 1.0
    pause: float = 1.0
    grace: float = 20.0

    async def run(self) -> None:
        """Send due mails until cancelled."""
        while True:
            self.mails_waiting.clear()
            await self._to_the_end(asyncio.create_task(self._turn()))
            with suppress(TimeoutError):
                async with asyncio.timeout(self.poll):
                    await self.mails_waiting.wait()

    async def _turn(self) -> None:
        try:
            if abandoned := await self.sender.list_abandoned():
                _log.warning("mails_unknown", count=abandoned, reason="owner-died")
            await self.sender.send_due()
            if await self.sender.probe():
                self.mails_waiting.set()
            await self.sender.report_ended_letters()
            await self.sender.report_answered()
        except Exception as error:
            if not is_unavailable(error):
                raise
            _log.warning("sending_paused", reason=reason_of(error))
            await asyncio.sleep(self.pause)

    async def _to_the_end(self, turn: asyncio.Task[None]) -> None:
        try:
            await asyncio.shield(turn)
        except asyncio.CancelledError:
            self.sender.stop()
            await asyncio.wait([turn], timeout=self.grace)
            turn.cancel()
            await asyncio.gather(turn, return_exceptions=True)
            raise


@dataclass(frozen=True, slots=True, kw_only=True)
class WatermarkLoop:
    """Publishes the watermark at once and then every `interval` seconds."""

    publish: Callable[[], Awaitable[None]]
    lease: Callable[[], AbstractAsyncContextManager[Lease]]
    interval: float
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    pause: float = 1.0
    """Seconds to wait after a failure of the database."""

    async def run(self) -> None:
        """Publish until cancelled; while the database is away, try again after `pause`."""
        while True:
            with postponing(_log, "watermark_postponed"):
                async with self.lease() as held:
                    while True:
                        await held.check()
                        await self.publish()
                        await self.sleep(self.interval)
            await self.sleep(self.pause)

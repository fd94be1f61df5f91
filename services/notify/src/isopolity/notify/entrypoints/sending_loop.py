"""The sending loop as a long-running task: woken when mails were entered, otherwise at every `poll`.

Invariant: a wave in flight is finished before the task ends, so that a clean stop leaves nothing unknown.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from isopolity.notify.application.sender import Sender
from isopolity.persistence.database import is_unavailable

_log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class SendingLoop:
    """Runs until cancelled. `poll`, `pause` after a fault of the database, and `grace` for a stop are in seconds."""

    sender: Sender
    mails_waiting: asyncio.Event = field(default_factory=asyncio.Event)
    """Set where mails were entered."""
    poll: float = 1.0
    pause: float = 1.0
    grace: float = 20.0

    async def run(self) -> None:
        """Send what is due, again and again."""
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
        except Exception as error:
            if not is_unavailable(error):
                raise
            _log.warning("sending_paused", reason="database unavailable")
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

"""The task that settles proposals whose deadline has passed.

Its invariant: an answer given in time counts, so no proposal is settled at once, nor while answers wait to be read.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from isopolity.clock import Clock
from isopolity.matching.application.alternates import Alternates
from isopolity.matching.application.ports import UnitOfWorkFactory
from isopolity.matching.application.settling import Settling
from isopolity.matching.domain.errors import GraphNotReady
from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable
from isopolity.persistence.database import is_unavailable

GRACE: Final = timedelta(minutes=10)
"""How long an answer that was given in the last second may travel."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Looks every `interval` seconds; several instances may do so at the same time."""

    settling: Settling
    alternates: Alternates
    unit_of_work: UnitOfWorkFactory
    answers_are_read: Callable[[], Awaitable[bool]]
    """Whether all answers that have arrived have been taken in."""
    clock: Clock
    interval: float

    async def run(self) -> None:
        """Until cancelled; while the database or the broker is away, try again."""
        while True:
            try:
                await self.settle()
            except (BrokerUnavailable, BrokerRefused):
                _log.warning("deadlines_postponed", reason="broker unavailable")
                await asyncio.sleep(GRACE.total_seconds())  # answers given meanwhile wait where they were given
            except Exception as error:
                if not is_unavailable(error):
                    raise
                _log.warning("deadlines_postponed", reason="database unavailable")
            await asyncio.sleep(self.interval)

    async def settle(self) -> int:
        """Settle what is due, and propose what follows; returns how many were settled."""
        passed = self.clock() - GRACE
        if not await self.settling.is_any_due(self.unit_of_work, passed) or not await self.answers_are_read():
            return 0
        settled = await self.settling.settle_due(self.unit_of_work, passed)
        try:
            await self.alternates.follow(settled)
        except GraphNotReady:
            _log.warning("alternates_left_out", reason="graph not ready")
        return len(settled)

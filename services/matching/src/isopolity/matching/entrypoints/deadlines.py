"""The task that settles proposals whose deadline has passed."""

import asyncio
from dataclasses import dataclass

import structlog
from isopolity.clock import Clock
from isopolity.matching.application.ports import UnitOfWorkFactory
from isopolity.matching.application.settling import Settling
from isopolity.persistence.database import is_unavailable

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Looks every `interval` seconds; several instances may do so at the same time."""

    settling: Settling
    unit_of_work: UnitOfWorkFactory
    clock: Clock
    interval: float

    async def run(self) -> None:
        """Until cancelled; while the database is away, try again."""
        while True:
            try:
                await self.settling.settle_due(self.unit_of_work, self.clock())
            except Exception as error:
                if not is_unavailable(error):
                    raise
                _log.warning("deadlines_postponed", reason="database unavailable")
            await asyncio.sleep(self.interval)

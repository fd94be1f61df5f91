"""The task that lets out what waits: scheduled proposals when the time to undo them is over, interests of members, and
suggestions for members that could not be proposed when they joined.

It closes drafts that expired, too.
"""

import asyncio
from dataclasses import dataclass

import structlog

from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.workflows.drafts.releases import close_expired_drafts, release_due
from isopolity.matching.application.workflows.interests.placement import place_interests
from isopolity.matching.application.workflows.settings.choice import take_over
from isopolity.matching.application.workflows.single_suggestions import suggest_waiting
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.errors import GraphNotReady
from isopolity.persistence.away import is_unavailable, reason_of

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Releases:
    """Looks every `interval` seconds; several instances may do so at the same time."""

    unit_of_work: UnitOfWorkFactory
    surroundings: Surroundings
    interval: float

    async def run(self) -> None:
        """Work until cancelled; while the database is away or the network is not read yet, try again."""
        while True:
            try:
                await self.work()
            except GraphNotReady as error:
                _log.warning("releases_postponed", reason=str(error))
            except Exception as error:
                if not is_unavailable(error):
                    raise
                _log.warning("releases_postponed", reason=reason_of(error))
            await asyncio.sleep(self.interval)

    async def work(self) -> None:
        """Take over what staff has chosen, let out what is due, close what has expired, place interests, and suggest.

        Raises GraphNotReady.
        """
        await take_over(self.unit_of_work, self.surroundings)
        released = await release_due(self.unit_of_work, self.surroundings)
        if released:
            _log.info("proposals_released", number=released)
        await close_expired_drafts(self.unit_of_work, self.surroundings)
        await place_interests(self.unit_of_work, self.surroundings)
        await suggest_waiting(self.unit_of_work, self.surroundings)

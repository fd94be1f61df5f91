"""The task for deferred work: it issues scheduled proposals once they can no longer be undone, places interests of
members, and suggests partners to members that could not get a proposal when they joined.

It also closes expired drafts.
"""

import asyncio
from dataclasses import dataclass

import structlog

from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.workflows.drafts.states import close_expired_drafts, release_due
from isopolity.matching.application.workflows.placement import place_interests
from isopolity.matching.application.workflows.settings import take_over
from isopolity.matching.application.workflows.suggestions import suggest_waiting
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.errors import GraphNotReady
from isopolity.persistence.away import is_unavailable, reason_of

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Releases:
    """Runs every `interval` seconds; several instances may run at the same time."""

    unit_of_work: UnitOfWorkFactory
    surroundings: Surroundings
    interval: float

    async def run(self) -> None:
        """Work until cancelled; while the database is unavailable or the network is not read yet, try again."""
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
        """Read the settings of staff, issue due proposals, close expired drafts, place interests, and suggest partners.

        Raises GraphNotReady.
        """
        await take_over(self.unit_of_work, self.surroundings)
        released = await release_due(self.unit_of_work, self.surroundings)
        if released:
            _log.info("proposals_released", number=released)
        await close_expired_drafts(self.unit_of_work, self.surroundings)
        await place_interests(self.unit_of_work, self.surroundings)
        await suggest_waiting(self.unit_of_work, self.surroundings)

"""The task that settles proposals whose deadline has passed, and closes interests whose time is over.

Invariant: an answer given in time counts whenever it arrives. So a proposal is settled only after notify has reported
that every answer before its deadline is published, and all of them have been recorded; while one is among the dead
letters, its proposal stays open.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.workflows.settlement import close_interests, settle_due
from isopolity.matching.application.workflows.suggestions import propose_alternates
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.errors import GraphNotReady
from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable
from isopolity.persistence.away import is_unavailable, reason_of

_log = structlog.get_logger(__name__)


class WatermarkObserver(Protocol):
    """The metric for the moment up to which answers are complete."""

    def answers_complete(self, before: datetime) -> None:
        """Record that all answers given before that moment have arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Settles every `interval` seconds what is due; several instances may do so at the same time."""

    unit_of_work: UnitOfWorkFactory
    surroundings: Surroundings
    answers_complete_before: Callable[[], Awaitable[datetime | None]]
    """The moment before which all answers have been recorded; None if unknown."""
    unheard_answers: Callable[[], Awaitable[Collection[str]]]
    """Ids of the proposals with an answer that could not be recorded."""
    observer: WatermarkObserver
    interval: float

    async def run(self) -> None:
        """Settle until cancelled; while the database or the broker is unavailable, try again."""
        while True:
            try:
                await self.settle()
            except (BrokerUnavailable, BrokerRefused) as error:
                _log.warning("deadlines_postponed", reason=f"dead letters cannot be read: {error}")
            except Exception as error:
                if not is_unavailable(error):
                    raise
                _log.warning("deadlines_postponed", reason=reason_of(error))
            await asyncio.sleep(self.interval)

    async def settle(self) -> int:
        """Settle due proposals, close interests and make follow-up proposals; return the number settled."""
        passed = await self.answers_complete_before()
        if passed is None:
            return 0
        self.observer.answers_complete(passed)
        settled = await settle_due(self.unit_of_work, passed, self.unheard_answers)
        await close_interests(self.unit_of_work, passed)
        try:
            await propose_alternates(settled, self.unit_of_work, self.surroundings)
        except GraphNotReady:
            _log.warning("alternates_left_out", reason="graph not ready")
        return len(settled)

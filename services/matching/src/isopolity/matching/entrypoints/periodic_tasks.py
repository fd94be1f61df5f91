"""The tasks that each process repeats: deadlines, scheduled proposals, counts of answers, and the market.

- `Deadlines` settles proposals whose deadline has passed, and closes interests whose time is over. Invariant: an answer
  given in time counts whenever it arrives. So a proposal is settled only after notify has reported that every answer
  before its deadline is published, and all of them have been recorded; while one is among the dead letters, its
  proposal stays open.
- `Releases` issues scheduled proposals once they can no longer be undone, places interests of members, and suggests
  partners to members that could not get a proposal when they joined. It also closes expired drafts.
- `AnswerCounter` counts answers from before counts existed, and those recorded by a process of the previous release.
  Invariant: one instance does it at a time; a proposal that another instance settles meanwhile is counted there.
- `MarketKeeper` builds the market before it is requested: after a start, after a large import, and on a new day. In a
  network of 50,000 cities that takes some ten seconds, which no page has to wait for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import structlog

from isopolity.matching.adapters.sql.answers.fill import AnswerFilling
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.workflows.drafts.states import close_expired_drafts, release_due
from isopolity.matching.application.workflows.placement import place_interests
from isopolity.matching.application.workflows.settings import take_over
from isopolity.matching.application.workflows.settlement import close_interests, settle_due
from isopolity.matching.application.workflows.suggestions import propose_alternates, suggest_waiting
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.errors import GraphNotReady
from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable
from isopolity.persistence.health import postponing
from isopolity.persistence.lease import lease

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
            with postponing(_log, "deadlines_postponed", BrokerUnavailable, BrokerRefused):
                await self.settle()
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Releases:
    """Runs every `interval` seconds; several instances may run at the same time."""

    unit_of_work: UnitOfWorkFactory
    surroundings: Surroundings
    interval: float

    async def run(self) -> None:
        """Work until cancelled; while the database is unavailable or the network is not read yet, try again."""
        while True:
            with postponing(_log, "releases_postponed", GraphNotReady):
                await self.work()
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


LEASE: Final = "isopolity.matching.answer-counter"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCounter:
    """Counts all uncounted answers at the start, then every `interval` seconds the proposals that were missed."""

    filling: AnswerFilling
    interval: float = 3600.0
    again: float = 5.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self) -> None:
        """Work until cancelled; while the database is unavailable, try again."""
        while True:
            pause = self.again
            with postponing(_log, "answer_counts_postponed"):
                await self.work()
                pause = self.interval
            await self.sleep(pause)

    async def work(self) -> None:
        """Count all uncounted answers, then the recent proposals that were missed."""
        async with lease(self.filling.database, LEASE) as held:
            if filled := await self.filling.fill(held):
                _log.info("answers_counted", proposals=filled)
            if missed := await self.filling.catch_up():
                _log.info("missed_answers_counted", proposals=missed)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketKeeper:
    """Checks every `interval` seconds; while the network still changes it does nothing, to avoid building twice."""

    surroundings: Surroundings
    interval: float = 5.0

    async def run(self) -> None:
        """Work until cancelled."""
        seen = -1
        while True:
            await asyncio.sleep(self.interval)
            seen = await self.look(seen)

    async def look(self, seen: int) -> int:
        """Build the market if the network's revision is still `seen`; return the current revision."""
        graph, revision = self.surroundings.graph, self.surroundings.graph.network.revision
        if revision == seen and graph.is_ready:
            await self.surroundings.markets.current(self.surroundings.clock().date())
        return revision

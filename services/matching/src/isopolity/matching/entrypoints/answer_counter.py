"""The task that counts answers from before counts existed, and those recorded by a process of the previous release.

Invariant: one instance does it at a time; a proposal that another instance settles meanwhile is counted there.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from isopolity.matching.adapters.sql.answers.fill import AnswerFilling
from isopolity.persistence.away import is_unavailable, reason_of
from isopolity.persistence.lease import lease

LEASE: Final = "isopolity.matching.answer-counter"
_log = structlog.get_logger(__name__)


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
            pause = self.interval
            try:
                await self.work()
            except Exception as error:
                if not is_unavailable(error):
                    raise
                _log.warning("answer_counts_postponed", reason=reason_of(error))
                pause = self.again
            await self.sleep(pause)

    async def work(self) -> None:
        """Count all uncounted answers, then the recent proposals that were missed."""
        async with lease(self.filling.database, LEASE) as held:
            if filled := await self.filling.fill(held):
                _log.info("answers_counted", proposals=filled)
            if missed := await self.filling.catch_up():
                _log.info("missed_answers_counted", proposals=missed)

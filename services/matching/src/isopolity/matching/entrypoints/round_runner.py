"""The task that computes requested rounds, one after the other.

Invariant: only the holder of the lease computes. The next holder marks a round whose process died as failed; a round
that a living process could not continue goes back to waiting.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Protocol

import structlog

from isopolity.matching.application.ports.unit_of_work import RoundLease, UnitOfWorkFactory
from isopolity.matching.application.workflows.published_states import because_of
from isopolity.matching.application.workflows.rounds.execution import run_round
from isopolity.matching.application.workflows.rounds.orders import fail_round, next_round
from isopolity.matching.application.workflows.rounds.remedies import FailedRules
from isopolity.matching.application.workflows.settings import take_over
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.round import Round
from isopolity.matching.domain.rules.changes import Remedy
from isopolity.matching.errors import GraphNotReady, MatchingError, RoundCancelled, RoundOver
from isopolity.persistence.health import QueryTooSlow, is_unavailable, postponing

_BUG: Final = "The round failed for a reason of ours, which the log tells; nothing went out."
_TOO_SLOW: Final = (
    "The round failed, since the database takes too long over what a round reads, several times in a row; nothing went "
    "out. An operator sees the query in the log and on the status page. Order the round again once that is mended."
)
_log = structlog.get_logger(__name__)


class RoundObserver(Protocol):
    """The metrics of rounds, which the runner reports."""

    def round_ended(self, status: str, seconds: float) -> None:
        """A round was computed for `seconds` and ended with this status."""

    def round_done(self, pairs: int, gap: float) -> None:
        """A round chose `pairs` pairs; the best choice is above it by at most `gap`, a share of the bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRunner:
    """Works when woken, and every `interval` seconds looks for rounds that other instances accepted and left."""

    unit_of_work: UnitOfWorkFactory
    lease: RoundLease
    surroundings: Surroundings
    observer: RoundObserver
    interval: float = 5.0
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _begun: set[str] = field(default_factory=set)
    """Ids of rounds that started here and did not end because the database was unavailable; they go back to waiting."""

    def wake(self) -> None:
        """Look for waiting rounds at once, as one was requested in this process."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled; while the database is unavailable or the network is not read yet, try again."""
        while True:
            with postponing(_log, "rounds_postponed", GraphNotReady):
                await self.work()
            try:
                async with asyncio.timeout(self.interval):
                    await self._woken.wait()
            except TimeoutError:
                continue
            finally:
                self._woken.clear()

    async def work(self) -> None:
        """Compute all waiting rounds. Raises GraphNotReady, and the errors that `is_unavailable` recognises."""
        if await self._is_any_open():
            async with self.lease() as held:
                while (waiting := await self.next()) is not None:
                    await self._run(waiting)
                    await held.check()  # a round of another lease is not one of a dead process

    async def next(self) -> Round | None:
        """The waiting round to compute now, or None; fails rounds whose process died. The caller holds the lease."""
        async with self.unit_of_work() as uow:
            waiting = await next_round(self._begun, uow, self.surroundings.clock())
            await uow.commit()
        return waiting

    async def _is_any_open(self) -> bool:
        async with self.unit_of_work() as uow:
            return await uow.rounds.is_any_open()

    async def _run(self, waiting: Round) -> None:
        started, plan = monotonic(), waiting.plan
        self._begun.add(waiting.round_id)
        _log.info("round_started", round_id=waiting.round_id, mode=plan.mode, seed=plan.seed, kinds=plan.kinds)
        try:
            await take_over(self.unit_of_work, self.surroundings)
            with because_of(waiting.ordered_by):
                over = await run_round(waiting, self.unit_of_work, self.surroundings)
        except (RoundCancelled, RoundOver):
            over = await self._fail(waiting.round_id, _BUG)  # the round is over; the log says how it ended
        except GraphNotReady:
            raise
        except FailedRules as error:
            over = await self._fail(waiting.round_id, str(error), error.remedies)
        except MatchingError as error:
            over = await self._fail(waiting.round_id, str(error))
        except Exception as error:
            if isinstance(error, QueryTooSlow) and error.is_stopped:
                _log.error("round_failed", round_id=waiting.round_id, reason=str(error))
                self._report(await self._fail(waiting.round_id, _TOO_SLOW), monotonic() - started)
                return
            if is_unavailable(error):
                raise
            _log.exception("round_failed", round_id=waiting.round_id)
            over = await self._fail(waiting.round_id, _BUG)
        self._begun.discard(waiting.round_id)
        self._report(over, monotonic() - started)

    async def _fail(self, round_id: str, sentence: str, remedies: Sequence[Remedy] = ()) -> Round:
        now, network = self.surroundings.clock(), self.surroundings.network
        async with self.unit_of_work() as uow:
            over = await fail_round(round_id, sentence, uow, network, now, remedies)
            await uow.commit()
        return over

    def _report(self, over: Round, seconds: float) -> None:
        self.observer.round_ended(over.status, seconds)
        found = over.result
        if found is not None:
            self.observer.round_done(found.proposed, found.gap)
        figures = {"pairs": found.proposed, "gap": found.gap} if found is not None else {}
        _log.info("round_over", round_id=over.round_id, status=over.status, seconds=round(seconds, 3), **figures)

"""The task that computes the rounds that were asked for, one after the other.

Its invariant: whoever holds the lease computes; a round that its process left half-way is told as failed by the next,
and one that a living process could not go on with waits again.
"""

import asyncio
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

import structlog

from isopolity.matching.application.ports.workflows import RoundObserver
from isopolity.matching.application.workflows.rounds import Rounds
from isopolity.matching.domain.round import Round
from isopolity.matching.errors import GraphNotReady, MatchingError, RoundCancelled, RoundOver
from isopolity.persistence.database import is_unavailable

_BUG: Final = "The round failed for a reason of ours, which the log tells; nothing went out."
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRunner:
    """Works when woken, and looks every `interval` seconds for what other instances took in and left."""

    rounds: Rounds
    observer: RoundObserver
    interval: float = 5.0
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _begun: set[str] = field(default_factory=set)
    """The rounds that were begun here and did not end: the database was away, and they wait again."""

    def wake(self) -> None:
        """A round was asked for."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled; while the database is away or the network is not read yet, try again."""
        while True:
            try:
                await self.work()
            except GraphNotReady as error:
                _log.warning("rounds_postponed", reason=str(error))
            except Exception as error:
                if not is_unavailable(error):
                    raise
                _log.warning("rounds_postponed", reason="database unavailable")
            try:
                async with asyncio.timeout(self.interval):
                    await self._woken.wait()
            except TimeoutError:
                continue
            finally:
                self._woken.clear()

    async def work(self) -> None:
        """Compute every round that waits.

        Raises GraphNotReady, then rounds still wait, and what `is_unavailable` recognises if the lease may be lost.
        """
        if await self.rounds.is_any_open():
            async with self.rounds.lease() as held:
                while (waiting := await self.rounds.next(self._begun)) is not None:
                    await self._compute(waiting)
                    await held.check()  # who has lost it must not take the next one's round for a dead one's

    async def _compute(self, waiting: Round) -> None:
        started, plan = monotonic(), waiting.plan
        self._begun.add(waiting.round_id)
        _log.info("round_started", round_id=waiting.round_id, mode=plan.mode, seed=plan.seed, kinds=plan.kinds)
        try:
            over = await self.rounds.run(waiting)
        except (RoundCancelled, RoundOver):
            over = await self.rounds.fail(waiting.round_id, _BUG)  # it is over already: this tells how
        except GraphNotReady:
            raise
        except MatchingError as error:
            over = await self.rounds.fail(waiting.round_id, str(error))
        except Exception as error:
            if is_unavailable(error):
                raise
            _log.exception("round_failed", round_id=waiting.round_id)
            over = await self.rounds.fail(waiting.round_id, _BUG)
        self._begun.discard(waiting.round_id)
        self._tell(over, monotonic() - started)

    def _tell(self, over: Round, seconds: float) -> None:
        self.observer.round_ended(over.status, seconds)
        found = over.result
        if found is not None:
            self.observer.round_done(found.proposed, found.gap)
        figures = {"pairs": found.proposed, "gap": found.gap} if found is not None else {}
        _log.info("round_over", round_id=over.round_id, status=over.status, seconds=round(seconds, 3), **figures)

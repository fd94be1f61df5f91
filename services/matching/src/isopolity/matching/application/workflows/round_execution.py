"""Execution of one round, from its row to its proposals: read, compute in a thread, put out in one transaction.

Invariant: a crash leaves none of a round or the whole: all that it proposes goes out in the transaction that ends it.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from isopolity.matching.application.candidates.free_capacity import free_capacities
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.workflows.issuance import add_drafts
from isopolity.matching.application.workflows.round_computation import ComputedRound, Situation, compute_round
from isopolity.matching.application.workflows.rounds import save_round
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.acceptance import REMEMBERED
from isopolity.matching.domain.round import Round, RoundResult
from isopolity.matching.errors import RoundCancelled, RoundOver
from isopolity.persistence.database import is_unavailable

_POLL: Final = 0.3
"""Seconds between two looks at a round that is computed."""
_AT_ONCE: Final = 1_000
"""Proposals that are put out together, so that the event loop turns."""


class RoundProgress:
    """A Report that a thread fills and the event loop reads; after `stop` the next report raises RoundCancelled."""

    def __init__(self) -> None:
        self.seen: tuple[str, float] = ("", 0.0)
        """The step and how much of it is done; replaced as one, so that no half of it is ever read."""
        self._stopped = False

    def __call__(self, step: str, done: float) -> None:
        if self._stopped:
            raise RoundCancelled("The round was cancelled.")
        self.seen = (step, done)

    def stop(self) -> None:
        """Let the thread end at its next report."""
        self._stopped = True


async def run_round(waiting: Round, unit_of_work: UnitOfWorkFactory, surroundings: Surroundings) -> Round:
    """Compute a waiting round and put its proposals out, or hold them; the caller holds the lease.

    Raises GraphNotReady, then the round still waits; RoundCancelled, RoundOver. Nothing has gone out then.
    """
    await surroundings.graph.caught_up()
    round_id, now = waiting.round_id, surroundings.clock()
    running = await _changed(round_id, unit_of_work, lambda known: known.start(now))
    situation = await _situation(unit_of_work, surroundings)
    held = [await _computed(running, situation, unit_of_work, surroundings)]
    try:
        await _changed(round_id, unit_of_work, lambda known: known.at("putting proposals out", 0.0))
        return await _put_out(round_id, situation, held[0], unit_of_work, surroundings)
    finally:
        await asyncio.to_thread(held.clear)  # to let go of 40,000 proposals takes some tenths of a second


async def _situation(unit_of_work: UnitOfWorkFactory, surroundings: Surroundings) -> Situation:
    now = surroundings.clock()
    async with unit_of_work() as uow:
        closed = await uow.proposals.closed_pairs(surroundings.frozen_since())
        taken = await uow.reservations.taken()
        outcomes = await uow.proposals.outcomes(now, now - REMEMBERED)
    market = await surroundings.markets.current(now.date())
    free = await asyncio.to_thread(free_capacities, market, taken)
    return Situation(market=market, free=free, closed=closed, now=now, outcomes=outcomes)


async def _computed(
    running: Round, situation: Situation, unit_of_work: UnitOfWorkFactory, surroundings: Surroundings
) -> ComputedRound:
    """Compute in a thread, and note how far it is unless the database is away; ends early when the round is over."""
    progress = RoundProgress()
    work = asyncio.to_thread(compute_round, running.plan, situation, running.round_id, surroundings.engine, progress)
    computing = asyncio.create_task(work)
    try:
        while not (await asyncio.wait([computing], timeout=_POLL))[0]:
            try:
                await _changed(running.round_id, unit_of_work, lambda known: known.at(*progress.seen))
            except RoundOver:
                progress.stop()
            except Exception as error:
                if not is_unavailable(error):
                    raise
        return computing.result()
    finally:
        progress.stop()
        await asyncio.wait([computing])


async def _put_out(
    round_id: str,
    situation: Situation,
    computed: ComputedRound,
    unit_of_work: UnitOfWorkFactory,
    surroundings: Surroundings,
) -> Round:
    verdict = computed.verdict
    async with unit_of_work() as uow:
        await uow.gate.issue()
        running = await uow.rounds.get(round_id)
        issued = held = skipped = 0
        for start in range(0, len(computed.drafts), _AT_ONCE):
            issuance = await add_drafts(computed.drafts[start : start + _AT_ONCE], uow, surroundings)
            issued += len(issuance.issued)
            held += len(issuance.held)
            skipped += len(issuance.skipped)
        result = RoundResult(
            members=len(situation.free),
            candidates=computed.candidates,
            proposed=issued + held,
            issued=issued,
            skipped=skipped,
            value=verdict.value,
            bound=verdict.bound,
            gap=verdict.gap,
            proved=verdict.sentence,
            gains=computed.gains,
            weights_version=situation.market.version,
            fingerprint=computed.fingerprint,
        )
        done = running.finish(result, surroundings.clock())
        await uow.rounds.save(done)
        await uow.rounds.keep_alternates(round_id, computed.alternates)
        await uow.rounds.prove(round_id, computed.certificate)
        await uow.commit()
    return done


async def _changed(round_id: str, unit_of_work: UnitOfWorkFactory, change: Callable[[Round], Round]) -> Round:
    async with unit_of_work() as uow:
        known = await uow.rounds.get(round_id)
        changed = await save_round(known, change(known), uow)
        await uow.commit()
    return changed

"""Rounds: one global assignment over all members with free capacity.

Its invariant: one round at a time in the network, and a crash leaves none of it or the whole. What is asked for stands
in the database first, so any instance can compute it, and any can tell how far it is.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from isopolity.clock import Clock, IdFactory
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.ports.engine import GraphView
from isopolity.matching.application.ports.workflows import RoundLease, UnitOfWorkFactory
from isopolity.matching.application.workflows import member_names as naming
from isopolity.matching.application.workflows.issuance import Issuing
from isopolity.matching.application.workflows.round_computation import Assigning, Assignment, Situation, free_capacities
from isopolity.matching.application.workflows.round_watch import RoundWatch
from isopolity.matching.domain.acceptance import REMEMBERED
from isopolity.matching.domain.round import INTERRUPTED, Round, RoundPlan, RoundResult, RoundStatus
from isopolity.matching.errors import ContradictoryRules, RoundOver
from isopolity.persistence.database import is_unavailable

_TOLD_EVERY: Final = 0.3
"""Seconds between two looks at a round that is computed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """Takes orders for rounds, and runs them."""

    unit_of_work: UnitOfWorkFactory
    lease: RoundLease
    graph: GraphView
    markets: MarketSource
    assigning: Assigning
    issuing: Issuing
    clock: Clock
    ids: IdFactory
    freeze: timedelta

    async def order(self, plan: RoundPlan) -> Round:
        """Ask for a round; it waits until an instance runs it. The rules in `plan` name members as people do.

        Raises GraphNotReady, UnknownMember, ContradictoryRules.
        """
        await self.graph.caught_up()
        try:
            named = naming.by_holders(plan, self.graph.network)
        except ContradictoryRules as error:
            raise ContradictoryRules(naming.told(str(error), self.graph.network)) from error
        waiting = Round(round_id=self.ids(), plan=named, status=RoundStatus.WAITING, ordered_at=self.clock())
        async with self.unit_of_work() as uow:
            await uow.rounds.add(waiting)
            uow.audit.note("round", waiting.round_id, after={"plan": named})
            await uow.commit()
        return waiting

    async def cancel(self, round_id: str) -> Round:
        """Nothing of the round will go out. Raises UnknownRound, RoundOver if something has or it failed."""
        return await self._change(round_id, lambda known: known.cancel(self.clock()))

    async def fail(self, round_id: str, sentence: str) -> Round:
        """The round came to a bad end; one that is over already stays as it is. Raises UnknownRound."""
        told = naming.told(sentence, self.graph.network)
        return await self._change(round_id, lambda known: known.fail(told, self.clock()))

    async def is_any_open(self) -> bool:
        """Whether a round waits or runs anywhere."""
        async with self.unit_of_work() as uow:
            return await uow.rounds.is_any_open()

    async def next(self, begun: Collection[str] = ()) -> Round | None:
        """The round that has waited longest. The caller holds the lease, so nobody computes a round that runs.

        A round that the caller has `begun` itself, by id, waits again; any other that runs has lost its process.
        """
        async with self.unit_of_work() as uow:
            found = await uow.rounds.open()
            known = [self._left(each, begun) for each in found]
            for each in [now for was, now in zip(found, known, strict=True) if now is not was]:
                await uow.rounds.save(each)
            await uow.commit()
        return next((each for each in known if each.status is RoundStatus.WAITING), None)

    def _left(self, known: Round, begun: Collection[str]) -> Round:
        if known.status is not RoundStatus.RUNNING:
            return known
        return known.wait_again() if known.round_id in begun else known.fail(INTERRUPTED, self.clock())

    async def run(self, waiting: Round) -> Round:
        """Compute a round and put its proposals out, or hold them; the caller holds the lease.

        Raises GraphNotReady, then the round still waits; RoundCancelled, RoundOver. Nothing has gone out then.
        """
        await self.graph.caught_up()
        running = await self._change(waiting.round_id, lambda known: known.start(self.clock()))
        situation = await self._situation()
        assignment = await self._watched(running, situation)
        await self._change(running.round_id, lambda known: known.at("putting proposals out", 0.0))
        return await self._put_out(running.round_id, situation, assignment)

    async def _situation(self) -> Situation:
        now = self.clock()
        async with self.unit_of_work() as uow:
            closed = await uow.proposals.closed_pairs(now - self.freeze)
            taken = await uow.reservations.taken()
            outcomes = await uow.proposals.outcomes(now, now - REMEMBERED)
        market = await self.markets.current(now.date())
        free = free_capacities(market, taken)
        return Situation(market=market, free=free, closed=closed, now=now, outcomes=outcomes)

    async def _watched(self, running: Round, situation: Situation) -> Assignment:
        """Compute in a thread, and write down how far it is; it ends when the round is over before.

        While the database is away nothing is written down, and the computing goes on.
        """
        watch = RoundWatch()
        work = asyncio.to_thread(self.assigning.assign, running.plan, situation, running.round_id, watch)
        computing = asyncio.create_task(work)
        try:
            while not (await asyncio.wait([computing], timeout=_TOLD_EVERY))[0]:
                try:
                    await self._change(running.round_id, lambda known: known.at(*watch.seen))
                except RoundOver:
                    watch.stop()
                except Exception as error:
                    if not is_unavailable(error):
                        raise
            return computing.result()
        finally:
            watch.stop()
            await asyncio.wait([computing])

    async def _put_out(self, round_id: str, situation: Situation, assignment: Assignment) -> Round:
        verdict = assignment.verdict
        async with self.unit_of_work() as uow:
            await uow.gate.issue()
            running = await uow.rounds.get(round_id)
            outcome = await self.issuing.add(uow, assignment.drafts, self.clock())
            result = RoundResult(
                members=len(situation.free),
                candidates=assignment.candidates,
                proposed=len(outcome.issued) + len(outcome.held),
                issued=len(outcome.issued),
                skipped=len(outcome.skipped),
                value=verdict.value,
                bound=verdict.bound,
                gap=verdict.gap,
                proved=verdict.sentence,
                gains=assignment.gains,
                weights_version=situation.market.version,
                fingerprint=assignment.fingerprint,
            )
            done = running.finish(result, self.clock())
            await uow.rounds.save(done)
            await uow.rounds.keep_alternates(round_id, assignment.alternates)
            await uow.rounds.prove(round_id, assignment.certificate)
            await uow.commit()
        return done

    async def _change(self, round_id: str, change: Callable[[Round], Round]) -> Round:
        async with self.unit_of_work() as uow:
            known = await uow.rounds.get(round_id)
            changed = change(known)
            await uow.rounds.save(changed)
            uow.audit.note("round", round_id, before={"status": known.status}, after={"status": changed.status})
            await uow.commit()
        return changed

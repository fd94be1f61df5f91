"""Rounds: one global assignment over all members with free capacity.

Its invariant: one round at a time in the network, and a crash leaves none of it or the whole.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from isopolity.clock import Clock, IdFactory
from isopolity.matching.application.drafting import draft
from isopolity.matching.application.issuing import Issuing
from isopolity.matching.application.market import Market, MarketMaker
from isopolity.matching.application.matchmaking import Candidate, Matchmaking
from isopolity.matching.application.numbering import numbered
from isopolity.matching.application.ports import GraphView, Round, RoundLease, RoundSolver, UnitOfWorkFactory
from isopolity.matching.domain.proposal import Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """Runs rounds."""

    unit_of_work: UnitOfWorkFactory
    lease: RoundLease
    graph: GraphView
    markets: MarketMaker
    matchmaking: Matchmaking
    solver: RoundSolver
    issuing: Issuing
    clock: Clock
    ids: IdFactory
    freeze: timedelta

    async def run(self, seed: int) -> Round:
        """Compute a round and put its proposals out, or hold them. Raises GraphNotReady."""
        async with self.lease():
            await self.graph.caught_up()
            started = self.clock()
            async with self.unit_of_work() as uow:
                closed = await uow.proposals.closed_pairs(started - self.freeze)
                taken = await uow.reservations.taken()
            market = self.markets.market(started.date())
            free = free_capacities(market, taken)
            round_id = self.ids()

            def compute() -> tuple[int, Sequence[Proposal]]:
                candidates, chosen = self._choose(market, free, closed, seed)
                return candidates, [draft(each, market, self.ids(), round_id, started) for each in chosen]

            candidates, drafts = await asyncio.to_thread(compute)
            return await self._put_out(round_id, seed, started, drafts, members=len(free), candidates=candidates)

    def _choose(
        self, market: Market, free: Mapping[str, int], closed: Collection[str], seed: int
    ) -> tuple[int, Sequence[Candidate]]:
        candidates = self.matchmaking.candidates(market, free.keys(), closed)
        problem = numbered(candidates, free, seed)
        return len(candidates), problem.chosen(self.solver.solve(problem.problem).chosen)

    async def _put_out(
        self,
        round_id: str,
        seed: int,
        started: datetime,
        drafts: Sequence[Proposal],
        *,
        members: int,
        candidates: int,
    ) -> Round:
        async with self.unit_of_work() as uow:
            outcome = await self.issuing.add(uow, drafts, self.clock())
            done = Round(
                round_id=round_id,
                seed=seed,
                started_at=started,
                finished_at=self.clock(),
                members=members,
                candidates=candidates,
                proposed=len(outcome.issued) + len(outcome.held),
                issued=len(outcome.issued),
                skipped=len(outcome.skipped),
            )
            await uow.rounds.add(done)
            await uow.commit()
        return done


def free_capacities(market: Market, taken: Mapping[str, int]) -> Mapping[str, int]:
    """What each holder can still handle, those that can handle more only."""
    left = {holder: capacity - taken.get(holder, 0) for holder, capacity in market.capacities.items()}
    return {holder: capacity for holder, capacity in left.items() if capacity > 0}

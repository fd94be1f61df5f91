"""Single suggestions: proposals for one member that joined or changed, where the policy is automatic."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from isopolity.clock import Clock, IdFactory
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.free_capacity import free_among, free_prospects
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.candidates.problem_encoding import encoded_problem
from isopolity.matching.application.ports.engine import RoundSolver
from isopolity.matching.application.ports.workflows import UnitOfWork
from isopolity.matching.application.workflows.issuance import Issuing
from isopolity.matching.application.workflows.new_proposal import draft
from isopolity.matching.domain.proposal import Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggesting:
    """Proposes for one member as much as it can handle, the best first."""

    markets: MarketSource
    candidate_search: CandidateSearch
    solver: RoundSolver
    issuing: Issuing
    clock: Clock
    ids: IdFactory
    freeze: timedelta

    async def suggest_for(self, uow: UnitOfWork, member_id: str, holders: Sequence[str]) -> None:
        """Issue proposals for the holders of one member, within the caller's transaction."""
        now = self.clock()
        market = await self.markets.current(now.date())
        own = await free_among(market, uow.reservations.taken, holders)
        if not own:
            return
        closed = await uow.proposals.closed_pairs(now - self.freeze, [member_id])
        prospects = await asyncio.to_thread(self.candidate_search.prospects, market, own, closed)
        free = {**await free_prospects(market, uow.reservations.taken, prospects), **own}
        drafts = await asyncio.to_thread(self._drafts, market, free, closed, frozenset(holders), now)
        if drafts:
            await self.issuing.add(uow, drafts, now)

    def _drafts(
        self, market: Market, free: Mapping[str, int], closed: Collection[str], only: frozenset[str], now: datetime
    ) -> Sequence[Proposal]:
        candidates = self.candidate_search.candidates(market, free.keys(), closed, only=only)
        problem = encoded_problem(candidates, free, seed=market.today.toordinal())
        chosen = problem.chosen(self.solver.solve(problem.problem).chosen)
        return [draft(each, market, self.ids(), None, now) for each in chosen]

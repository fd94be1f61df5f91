"""Single suggestions: proposals for one member that joined or changed, where the policy is automatic."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from isopolity.matching.application.candidates.free_capacity import free_among, free_prospects
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.problem_encoding import encoded_problem
from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.issuance import add_drafts
from isopolity.matching.application.workflows.new_proposal import draft
from isopolity.matching.application.workflows.surroundings import Engine, Surroundings
from isopolity.matching.domain.proposal import Proposal


async def suggest_partners(member_id: str, holders: Sequence[str], uow: UnitOfWork, surroundings: Surroundings) -> None:
    """Issue proposals for the holders of one member, as many as it can handle, the best first."""
    now, engine = surroundings.clock(), surroundings.engine
    market = await surroundings.markets.current(now.date())
    own = await free_among(market, uow.reservations.taken, holders)
    if not own:
        return
    closed = await uow.proposals.closed_pairs(now - surroundings.freeze, [member_id])
    prospects = await asyncio.to_thread(engine.search.prospects, market, own, closed)
    free = {**await free_prospects(market, uow.reservations.taken, prospects), **own}
    drafts = await asyncio.to_thread(_drafts, market, free, closed, frozenset(holders), engine, now)
    if drafts:
        await add_drafts(drafts, uow, surroundings)


def _drafts(
    market: Market,
    free: Mapping[str, int],
    closed: Collection[str],
    only: frozenset[str],
    engine: Engine,
    now: datetime,
) -> Sequence[Proposal]:
    candidates = engine.search.candidates(market, free.keys(), closed, only=only)
    problem = encoded_problem(candidates, free, seed=market.today.toordinal())
    chosen = problem.chosen(engine.solver.solve(problem.problem).chosen)
    return [draft(each, market, engine.ids(), None, now) for each in chosen]

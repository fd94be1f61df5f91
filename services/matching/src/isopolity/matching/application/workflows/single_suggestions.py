"""Single suggestions: proposals for one member, as soon as it joined or changed.

Invariant: a member that is not proposed to anybody, having no contact or being paused, waits, and is suggested once
that is over, however the events of its profile and its contacts come.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from isopolity.matching.application.candidates.free_capacity import free_among, free_prospects
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.problem_encoding import encoded_problem
from isopolity.matching.application.ports.repositories import MemberRow
from isopolity.matching.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from isopolity.matching.application.workflows.fit_queries import current_market
from isopolity.matching.application.workflows.interests.placement import bound
from isopolity.matching.application.workflows.interests.rest import closed_pairs
from isopolity.matching.application.workflows.issuance import add_proposals
from isopolity.matching.application.workflows.new_proposal import new_proposal
from isopolity.matching.application.workflows.surroundings import Engine, Surroundings
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.settings.sending_policy import SendingPolicy


async def suggest_partners(member: MemberRow, uow: UnitOfWork, surroundings: Surroundings) -> None:
    """Issue proposals for the holders of one member, as many as it can handle, the best first; or let it wait.

    A place that has become free is first of whom the member has asked to be introduced to.
    """
    now, engine = surroundings.clock(), surroundings.engine
    market = await surroundings.markets.current(now.date())
    if member.member_id in market.resting:
        await uow.members.let_wait(member.member_id)
        return
    for interest in await uow.interests.unplaced(now, member.member_id):
        await bound(interest, market, uow)
    holders = sorted(member.capacities)
    own = await free_among(market, uow.reservations.taken, holders)
    if not own:
        return
    closed = await closed_pairs(uow, surroundings.frozen_since(), [member.member_id])
    prospects = await asyncio.to_thread(engine.search.prospects, market, own, closed)
    free = {**await free_prospects(market, uow.reservations.taken, prospects), **own}
    proposals = await asyncio.to_thread(_new_proposals, market, free, closed, frozenset(holders), engine, now)
    if proposals:
        await add_proposals(proposals, uow, surroundings)


async def suggest_waiting(unit_of_work: UnitOfWorkFactory, surroundings: Surroundings) -> int:
    """Suggest those of the waiting who need wait no more, each in a transaction of its own; returns how many.

    Raises GraphNotReady.
    """
    if surroundings.sending_policy is not SendingPolicy.AUTOMATIC:
        return 0
    async with unit_of_work() as uow:
        waiting = await uow.members.waiting()
    if not set(waiting) - surroundings.network.unmailable:
        return 0
    await surroundings.graph.caught_up()
    resting, suggested = (await current_market(surroundings)).resting, 0
    for member_id in waiting:
        if member_id in resting:
            continue
        async with unit_of_work() as uow:
            await uow.gate.issue()
            if (member := await uow.members.end_wait(member_id)) is not None:
                await suggest_partners(member, uow, surroundings)
                suggested += 1
            await uow.commit()
    return suggested


def _new_proposals(
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
    return [new_proposal(each, market, engine.ids(), None, now) for each in chosen]

"""Proposals outside rounds: for a member that joined or changed, and alternates for settled proposals of rounds.

Invariant: a member that cannot be mailed or is paused waits, and is suggested once that is over, in whatever order the
events of its profile and its contacts come. An alternate comes only after the deadline of the proposal that it follows,
and does so whether that was declined or not answered, so that it reveals no answer. It must still be a candidate by all
rules. No alternate follows a proposal that a member asked for: that member does not know that there was one.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from isopolity.matching.application.candidates.candidate import Candidate
from isopolity.matching.application.candidates.candidate_search import free_among, free_prospects
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.problem_encoding import encoded_problem
from isopolity.matching.application.ports.repositories import MemberRow
from isopolity.matching.application.ports.rounds import Alternate
from isopolity.matching.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from isopolity.matching.application.workflows.issuance import add_proposals
from isopolity.matching.application.workflows.new_proposal import new_proposal
from isopolity.matching.application.workflows.placement import bound, closed_pairs
from isopolity.matching.application.workflows.queries.pair_fit import current_market
from isopolity.matching.application.workflows.surroundings import Engine, Surroundings
from isopolity.matching.domain.proposal import NOT_AGREED, Proposal
from isopolity.matching.domain.settings import SendingPolicy


async def suggest_partners(member: MemberRow, uow: UnitOfWork, surroundings: Surroundings) -> None:
    """Issue proposals for the holders of one member, as many as it can handle, the best first; or let it wait.

    A place that has become free goes first to those whom the member has asked to meet.
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
    closed = await closed_pairs(market, uow, surroundings.frozen_since(), [member.member_id])
    prospects = await asyncio.to_thread(engine.search.prospects, market, own, closed)
    free = {**await free_prospects(market, uow.reservations.taken, prospects), **own}
    proposals = await asyncio.to_thread(_new_proposals, market, free, closed, frozenset(holders), engine, now)
    if proposals:
        await add_proposals(proposals, uow, surroundings)


async def suggest_waiting(unit_of_work: UnitOfWorkFactory, surroundings: Surroundings) -> int:
    """Suggest partners for those waiting members that may be proposed now, one transaction each; returns how many.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vacancies:
    """Capacity that settled proposals of rounds have freed, and the alternates that may use it."""

    market: Market
    free: Mapping[str, int]
    """Slots left of the holders in `kept`."""
    freed: Mapping[str, int]
    """How many proposals each holder has lost."""
    closed: Collection[str]
    kept: Mapping[str, Alternate]
    """The alternates by pair key."""


async def propose_alternates(
    settled: Sequence[Proposal], unit_of_work: UnitOfWorkFactory, surroundings: Surroundings
) -> int:
    """Propose what follows these proposals; returns how many. Raises GraphNotReady. The next round mends a crash."""
    now = surroundings.clock()
    vacancies = await _vacancies(settled, unit_of_work, surroundings, now)
    if vacancies is None:
        return 0
    proposals = await asyncio.to_thread(_next_best, vacancies, surroundings.engine, now)
    async with unit_of_work() as uow:
        result = await add_proposals(proposals, uow, surroundings)
        await uow.commit()
    return len(result.issued) + len(result.held)


async def _vacancies(
    settled: Sequence[Proposal], unit_of_work: UnitOfWorkFactory, surroundings: Surroundings, now: datetime
) -> _Vacancies | None:
    of_rounds = (each for each in settled if each.round_id is not None and each.asked_by is None)
    over = [proposal for proposal in of_rounds if proposal.stage in NOT_AGREED]
    freed = Counter(side.holder for proposal in over for side in proposal.sides)
    if not freed:
        return None
    await surroundings.graph.caught_up()
    async with unit_of_work() as uow:
        kept = await uow.rounds.alternates({str(proposal.round_id) for proposal in over}, freed.keys())
    if not kept:
        return None
    market = await surroundings.markets.current(now.date())
    async with unit_of_work() as uow:
        concerned = {side.member_id for proposal in over for side in proposal.sides}
        closed = await closed_pairs(market, uow, surroundings.frozen_since(), concerned)
        ends = {end for each in kept.values() for end in (each.a, each.b)}
        free = await free_among(market, uow.reservations.taken, ends)
    return _Vacancies(market=market, free=free, freed=freed, closed=closed, kept=kept)


def _next_best(vacancies: _Vacancies, engine: Engine, now: datetime) -> Sequence[Proposal]:
    market, free, kept = vacancies.market, vacancies.free, vacancies.kept
    candidates = engine.search.candidates(market, free.keys(), vacancies.closed, only=vacancies.freed.keys())
    chosen = _best([each for each in candidates if each.key in kept], free, vacancies.freed)
    return [new_proposal(each, market, engine.ids(), kept[each.key].round_id, now) for each in chosen]


def _best(candidates: Sequence[Candidate], free: Mapping[str, int], freed: Mapping[str, int]) -> Sequence[Candidate]:
    """The best candidates, as long as both sides have room; a holder that lost proposals gets at most as many."""
    left = Counter({holder: min(number, freed.get(holder, number)) for holder, number in free.items()})
    chosen = []
    for each in sorted(candidates, key=lambda candidate: (-candidate.score, candidate.key)):
        if left[each.a] > 0 and left[each.b] > 0:
            left.subtract([each.a, each.b])
            chosen.append(each)
    return chosen

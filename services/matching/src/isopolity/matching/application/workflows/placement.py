"""Placement: what an interest becomes.

An interest is a yes to a proposal in the pair that is out; two interests in one pair agree; else it becomes a proposal
that goes out, or is held for staff. Invariant: the asker's slot is taken whatever becomes of the pair, and the pair
rests from asking on for the same time. An interest in a pair that a side avoids becomes nothing, as one that nobody
answers. All is decided in one transaction behind the gate, so that a crash leaves an interest to be placed again.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from isopolity.machine.turns import each_in_turns
from isopolity.matching.application.candidates.candidate_search import free_among
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_status import scored_pair
from isopolity.matching.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from isopolity.matching.application.wording.blocker_sentences import exclusion
from isopolity.matching.application.workflows.issuance import add_proposals
from isopolity.matching.application.workflows.new_proposal import closes, new_proposal
from isopolity.matching.application.workflows.queries.pair_fit import current_market
from isopolity.matching.application.workflows.settlement import keep_answered
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.interest import Interest, InterestStage, own_side
from isopolity.matching.domain.proposal import Proposal, Stage
from isopolity.matching.domain.side import Answer
from isopolity.matching.errors import NoPair, UnknownMember


async def place_interests(unit_of_work: UnitOfWorkFactory, surroundings: Surroundings) -> int:
    """Place what can be placed now, each in a transaction of its own; returns how many. Raises GraphNotReady."""
    async with unit_of_work() as uow:
        waiting = await uow.interests.unplaced(surroundings.clock())
    if not waiting:
        return 0
    await surroundings.graph.caught_up()
    market, placed = await current_market(surroundings), 0
    avoided = await asyncio.to_thread(market.avoided_pairs, {each.member_id for each in waiting})
    async with unit_of_work() as uow:
        promising = await _promising(waiting, market, avoided, uow, surroundings)
    for interest in promising:
        async with unit_of_work() as uow:
            await uow.gate.issue()
            placed += await _place(interest, market, avoided, uow, surroundings)
            await uow.commit()
    return placed


async def say_yes(interest: Interest, proposal: Proposal, uow: UnitOfWork, surroundings: Surroundings) -> Interest:
    """Let an interest be its asker's yes to a proposal that is out; the asker knows of it, and it holds its slot.

    A newer answer of the asker stands.
    """
    linked = interest.put_into(proposal.proposal_id)
    await uow.reservations.release([interest.interest_id])
    await uow.interests.save([linked])
    side, at = (
        own_side(proposal, interest.member_id).side,
        max(interest.asked_at, proposal.issued_at or interest.asked_at),
    )
    answered = proposal.answered(side, Answer.YES, at)
    if answered is None:
        return linked
    await keep_answered(answered, uow, surroundings.clock, surroundings.ids)
    return (await uow.interests.find([interest.interest_id]))[0]


async def bound(interest: Interest, market: Market, uow: UnitOfWork) -> bool:
    """Whether the interest holds a slot of its asker, now if not before."""
    if await uow.reservations.holding([interest.interest_id]):
        return True
    capacities = {interest.holder: market.able.get(interest.holder, 0)}
    return bool(await uow.reservations.reserve([(interest.interest_id, [interest.holder])], capacities))


async def _promising(
    waiting: Sequence[Interest],
    market: Market,
    avoided: Collection[str],
    uow: UnitOfWork,
    surroundings: Surroundings,
) -> Sequence[Interest]:
    """The interests that may become a proposal now.

    The others are left out: each would take the gate, and whatever issues would wait for it.
    """
    now, members = surroundings.clock(), {each.member_id for each in waiting}
    open_pairs = await uow.proposals.closed_pairs(now, members)
    resting = await uow.proposals.closed_pairs(surroundings.frozen_since(), members)
    asked = Counter(each.pair_key for each in await uow.interests.open_of())
    bound_ones = await uow.reservations.holding([each.interest_id for each in waiting])
    free = await free_among(
        market, uow.reservations.taken, {holder for each in waiting for holder in (each.holder, each.other_holder)}
    )

    def is_promising(each: Interest) -> bool:
        if each.pair_key in open_pairs:
            return True
        if each.interest_id not in bound_ones:
            return each.holder in free
        if each.pair_key in avoided:
            return False
        if asked[each.pair_key] > 1:
            return True
        return each.pair_key not in resting and each.other_holder in free and _is_in_time(each, surroundings)

    are_promising = await each_in_turns(is_promising, waiting)  # zones are read from the states of members
    return [each for each, is_one in zip(waiting, are_promising, strict=True) if is_one]


def _is_in_time(interest: Interest, surroundings: Surroundings) -> bool:
    """Whether a proposal of the pair that goes out now closes before the asker is to hear."""
    pair, now = (interest.member_id, interest.other_id), surroundings.clock()
    return closes(pair, now, surroundings.days_to_answer, surroundings) <= interest.hear_by


async def _place(
    waiting: Interest, market: Market, avoided: Collection[str], uow: UnitOfWork, surroundings: Surroundings
) -> bool:
    """Place one interest, unless it has changed meanwhile; returns whether it has become something."""
    open_ones = await uow.proposals.open_of(pair_key=waiting.pair_key)
    if await uow.interests.find([waiting.interest_id]) != [waiting]:
        return False
    is_bound = await bound(waiting, market, uow)
    if waiting.pair_key in avoided and not any(each.is_out for each in open_ones):
        return False
    if open_ones:
        return await _join(waiting, open_ones[0], is_bound, uow, surroundings)
    return is_bound and await _put(waiting, market, uow, surroundings)


async def _join(
    interest: Interest, proposal: Proposal, is_bound: bool, uow: UnitOfWork, surroundings: Surroundings
) -> bool:
    """Make an interest part of the proposal in its pair; one that waits to go out is joined when it is out."""
    side = own_side(proposal, interest.member_id).side
    if proposal.takes_answers_of(side) and proposal.asked_by != side:
        await say_yes(interest, proposal, uow, surroundings)
        return True
    if proposal.stage is Stage.HELD and is_bound and own_side(proposal, interest.member_id).answer is None:
        await uow.proposals.save([proposal.asked(side, interest.asked_at, openly=interest.openly)])
    elif proposal.asked_by != side:
        return False
    await uow.interests.save([interest.put_into(proposal.proposal_id)])
    return True


async def _put(interest: Interest, market: Market, uow: UnitOfWork, surroundings: Surroundings) -> bool:
    """Put an interest to the other side: alone while there is time and the pair does not rest, or with the other's."""
    asked = [interest, *await _of_other_side(interest, uow, surroundings)]
    if len(asked) == 1 and not await _may_go_alone(interest, market, uow, surroundings):
        return False
    proposal = await asyncio.to_thread(_proposal, asked, market, surroundings)
    if proposal is None:
        return False
    result = await add_proposals([proposal], uow, surroundings)
    if not (result.issued or result.held):
        return False
    known = await uow.interests.find([each.interest_id for each in asked])
    await uow.interests.save([each.put_into(proposal.proposal_id) for each in known])
    return True


async def _of_other_side(interest: Interest, uow: UnitOfWork, surroundings: Surroundings) -> Sequence[Interest]:
    """The other side's open interest in the pair, if it holds a slot."""
    found = [
        each
        for each in await uow.interests.open_of(pair_key=interest.pair_key)
        if each.member_id == interest.other_id and each.hear_by > surroundings.clock()
    ]
    holding = await uow.reservations.holding([each.interest_id for each in found])
    return [each for each in found if each.interest_id in holding]


async def _may_go_alone(interest: Interest, market: Market, uow: UnitOfWork, surroundings: Surroundings) -> bool:
    """Whether the other side can be asked now: it has time and room, and the pair does not rest."""
    now = surroundings.clock()
    if not _is_in_time(interest, surroundings):
        return False
    if interest.pair_key in await uow.proposals.closed_pairs(surroundings.frozen_since(), [interest.member_id]):
        return False
    others = await uow.interests.earlier(interest.other_id, interest.pair_key)
    if any(each.stage is not InterestStage.OPEN and each.rests_until(surroundings.freeze) > now for each in others):
        return False
    return bool(await free_among(market, uow.reservations.taken, [interest.other_holder]))


def _proposal(asked: Sequence[Interest], market: Market, surroundings: Surroundings) -> Proposal | None:
    """The proposal that interests in one pair become; None where a rule excludes the pair by now."""
    first = asked[0]
    try:
        candidate = scored_pair(market, first.holder, first.other_holder, first.request_id)
    except (UnknownMember, NoPair):
        return None
    if exclusion(candidate, market, closed=()):
        return None
    proposal = new_proposal(candidate, market, surroundings.ids(), None, surroundings.clock())
    for each in asked:
        side = own_side(proposal, each.member_id).side
        proposal = proposal.asked(side, each.asked_at, openly=each.openly)
    return proposal


async def closed_pairs(
    market: Market, uow: UnitOfWork, since: datetime, member_ids: Collection[str] | None = None
) -> Collection[str]:
    """Keys of the pairs that are open, were settled or rest since that moment, or that a side avoids; of all members or
    of some.
    """
    proposed = await uow.proposals.closed_pairs(since, member_ids)
    avoided = await asyncio.to_thread(market.avoided_pairs, member_ids)
    return {*proposed, *await uow.interests.resting(since, member_ids), *avoided}

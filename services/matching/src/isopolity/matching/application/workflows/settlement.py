"""Settlement of proposals: by answers, at the deadline, and earlier only where staff takes them back; the beginning,
the end and the visibility of partnerships; the end of interests.

Invariant: settling a proposal frees what it held, except for an agreement: from then on the partnership holds a slot of
each side, and open interests in the pair end in it and give their slots to it. No act of one side ends a proposal that
is out: where its basis is gone it lapses, which the other side cannot notice. Only a side itself chooses whether its
partnership is shown. An interest is closed when all answers before its date are in, and its asker hears that nothing
was agreed by the same event, whether or not a proposal came of it.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Final

from isopolity.contracts.notify import ResponseReceived
from isopolity.machine.clock import Clock, IdFactory
from isopolity.matching.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from isopolity.matching.application.workflows.published_states import (
    publish_interest,
    publish_partnership,
    publish_proposal,
)
from isopolity.matching.domain.interest import Interest, InterestStage
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.domain.proposal import SIDES, Proposal, Stage
from isopolity.matching.domain.side import Answer
from isopolity.matching.errors import UnknownPartnership, UnknownProposal

MEMBER_WITHDREW: Final = "member-withdrew"
TAKEN_BACK: Final = "taken-back"
"""Staff ended it, because it should not have gone out as it did."""
_ANSWERS: Final = frozenset(answer.value for answer in Answer)
_BATCH: Final = 200
"""How many proposals one transaction settles at most, and how many interests one closes."""


async def take_answer(response: ResponseReceived, uow: UnitOfWork, clock: Clock, ids: IdFactory) -> None:
    """Take in one side's answer; one that comes too late, or that this release does not know, changes nothing."""
    if response.answer not in _ANSWERS or response.side not in SIDES:
        return
    proposal = await uow.proposals.get(response.proposal_id)
    if proposal is None:
        return
    answer = Answer(response.answer)
    changed = proposal.answered(response.side, answer, response.answered_at, response.pending_until)
    if changed is None:
        return
    await keep_answered(changed, uow, clock, ids)


async def _all_heard() -> Collection[str]:
    return ()


async def settle_due(
    unit_of_work: UnitOfWorkFactory, now: datetime, unheard: Callable[[], Awaitable[Collection[str]]] = _all_heard
) -> Sequence[Proposal]:
    """Settle and return proposals due at `now`; all answers before `now` must be taken in.

    Proposals with an answer that could not be recorded, which `unheard` gives, stay as they are.
    """
    async with unit_of_work() as uow:
        if not await uow.proposals.due(now, 1):
            return []
    held, settled = await unheard(), list[Proposal]()
    while True:
        async with unit_of_work() as uow:
            due = await uow.proposals.due(now, _BATCH, held)
            changed = [over for proposal in due if (over := proposal.settle(now))]
            await _finish(changed, uow)
            await uow.commit()
        settled += changed
        if len(due) < _BATCH:
            return settled


async def end_unsent(proposals: Sequence[Proposal], cause: str, uow: UnitOfWork, now: datetime) -> None:
    """End those of some open proposals that have not gone out, because what they rest on is gone."""
    await _finish([proposal.supersede(now, cause) for proposal in proposals if not proposal.is_out], uow)


async def give_up(proposals: Sequence[Proposal], member_id: str, cause: str, uow: UnitOfWork, now: datetime) -> None:
    """Give up open proposals because this member took away what they rest on.

    Those that are out lapse, and hold their slots until the deadline, as if nothing had happened.
    """
    await end_unsent(proposals, cause, uow, now)
    sides = ((proposal, proposal.side_of(member_id)) for proposal in proposals)
    lapsed = [changed for proposal, side in sides if side and (changed := proposal.lapse(side.side, cause))]
    await uow.proposals.save(lapsed)
    for proposal in lapsed:
        publish_proposal(uow.outbox, proposal)


async def take_back(
    proposal_ids: Collection[str] | None, round_id: str | None, uow: UnitOfWork, now: datetime
) -> Sequence[Proposal]:
    """End proposals that are out, these or those of a round, because staff takes them back; both sides are mailed.

    Their pairs may be proposed again. What is not out stays as it is. Raises UnknownProposal.
    """
    wanted = await uow.proposals.out_of_round(str(round_id)) if proposal_ids is None else proposal_ids
    found = await uow.proposals.find(wanted)
    unknown = sorted(set(wanted) - {proposal.proposal_id for proposal in found})
    if unknown:
        raise UnknownProposal(f"There is no proposal {unknown[0]}; nothing was changed.")
    out = [proposal for proposal in found if proposal.is_out]
    for proposal in out:
        before, after = {"stage": proposal.stage}, {"stage": Stage.SUPERSEDED, "cause": TAKEN_BACK}
        uow.audit.note("proposal", proposal.proposal_id, before=before, after=after)
    await end_early(out, TAKEN_BACK, uow, now)
    return out


async def end_early(proposals: Sequence[Proposal], cause: str, uow: UnitOfWork, now: datetime) -> None:
    """End proposals at once, those that are out too; each side that was mailed a proposal is mailed that it ended."""
    await _finish([proposal.supersede(now, cause) for proposal in proposals], uow)


async def end_membership(member_id: str, uow: UnitOfWork, now: datetime) -> None:
    """Give up the open proposals, and end the partnerships, of a member that has left."""
    await give_up(await uow.proposals.open_of(member_id=member_id), member_id, MEMBER_WITHDREW, uow, now)
    await end_interests(await uow.interests.open_of(member_id=member_id), uow, now)
    for partnership in await uow.partnerships.active_of(member_id):
        await end_with(partnership, MEMBER_WITHDREW, uow, now)


async def end_partnership(partnership_id: str, reason: str, uow: UnitOfWork, now: datetime) -> Partnership:
    """End a partnership for a reason that staff gives, which frees its slots; one that has ended stays as it is.

    Raises UnknownPartnership.
    """
    found = await uow.partnerships.find([partnership_id])
    if not found:
        raise UnknownPartnership(f"There is no partnership {partnership_id}.")
    (known,) = found
    ended = await end_with(known, reason, uow, now)
    if ended is not known:
        before, after = {"stage": known.stage}, {"stage": ended.stage, "reason": reason}
        uow.audit.note("partnership", partnership_id, before=before, after=after)
    return ended


async def end_with(partnership: Partnership, reason: str, uow: UnitOfWork, now: datetime) -> Partnership:
    """End a partnership for this reason, which frees its slots; one that has ended stays as it is."""
    ended = partnership.end(reason, now)
    if ended is None:
        return partnership
    await uow.partnerships.save(ended)
    await uow.reservations.release([partnership.proposal_id])
    publish_partnership(uow.outbox, ended)
    return ended


async def _finish(changed: Sequence[Proposal], uow: UnitOfWork) -> None:
    await uow.proposals.save(changed)
    await uow.reservations.release([proposal.proposal_id for proposal in changed])
    for proposal in changed:
        publish_proposal(uow.outbox, proposal)


async def keep_answered(changed: Proposal, uow: UnitOfWork, clock: Clock, ids: IdFactory) -> None:
    """Keep and publish a proposal that a side has answered; its partnership begins if that was the second yes."""
    await uow.proposals.save([changed])
    if changed.stage is Stage.AGREED:
        await conclude(changed, uow, clock, ids)
    else:
        publish_proposal(uow.outbox, changed)


async def conclude(agreed: Proposal, uow: UnitOfWork, clock: Clock, ids: IdFactory) -> None:
    """Publish a proposal that is agreed, and let the partnership begin."""
    publish_proposal(uow.outbox, agreed)
    open_ones = await uow.interests.open_of(pair_key=agreed.pair_key)
    interests = await uow.interests.find([each.interest_id for each in open_ones])
    for interest in interests:
        await uow.reservations.pass_on(interest.interest_id, agreed.proposal_id)
    await uow.interests.save([each.put_into(agreed.proposal_id).agreed() for each in interests])
    partnership = Partnership.established(ids(), agreed, clock())
    await uow.partnerships.add(partnership)
    publish_partnership(uow.outbox, partnership)


async def choose_to_show(partnership_id: str, member_id: str, uow: UnitOfWork, *, show: bool) -> Partnership:
    """Keep what a member chose and publish it; a choice that was made before changes nothing.

    Raises UnknownPartnership where the member has no part in it.
    """
    found = await uow.partnerships.find([partnership_id])
    side = found[0].side_of(member_id) if found else None
    if side is None:
        raise UnknownPartnership(f"You have no partnership {partnership_id}.")
    (known,) = found
    changed = known.choose(side.side, show=show)
    if changed is None:
        return known
    await uow.partnerships.save(changed)
    publish_partnership(uow.outbox, changed)
    uow.audit.note("partnership", partnership_id, before={"shown": not show}, after={"shown": show})
    return changed


INTEREST_OVER: Final = "interest-over"


async def close_interests(unit_of_work: UnitOfWorkFactory, passed: datetime) -> int:
    """Close the interests whose time is over, in transactions of a fixed size; returns how many.

    All answers before `passed` must be taken in, and what was due then settled.
    """
    closed = 0
    while True:
        async with unit_of_work() as uow:
            due = await uow.interests.due(passed, _BATCH)
            for each in await end_interests(due, uow, passed):
                publish_interest(uow.outbox, each)
            await uow.commit()
        closed += len(due)
        if len(due) < _BATCH:
            return closed


async def end_interests(interests: Sequence[Interest], uow: UnitOfWork, now: datetime) -> Sequence[Interest]:
    """End interests: their slots are free, and a held proposal that came of one is not sent for it.

    Returns those that were open until now.
    """
    placed = {each.proposal_id for each in interests if each.proposal_id is not None}
    held = [proposal for proposal in await uow.proposals.find(placed) if proposal.stage is Stage.HELD]
    ids = {each.interest_id for each in interests}
    await uow.proposals.save([_without_asker(proposal, now) for proposal in held])
    for proposal in held:  # the other side may have asked, too: its interest is placed anew
        others = [
            each for each in await uow.interests.open_of(pair_key=proposal.pair_key) if each.interest_id not in ids
        ]
        await uow.interests.save([each.put_into(None) for each in others])
    over = [each.over() for each in await uow.interests.find(ids) if each.stage is InterestStage.OPEN]
    await uow.reservations.release(ids)
    await uow.interests.save(over)
    return over


def _without_asker(proposal: Proposal, now: datetime) -> Proposal:
    """A proposal that a round has drawn up stays held, and loses the yes that its asker gave by asking."""
    return proposal.supersede(now, INTEREST_OVER) if proposal.round_id is None else proposal.unasked()

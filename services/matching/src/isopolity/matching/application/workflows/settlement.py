"""Settlement of proposals: by answers, at the deadline, and before it only where staff takes them back.

Invariant: settling a proposal frees what it held, except for an agreement, whose partnership holds on. What one side
does ends no proposal that is out: where what it rests on is gone it lapses, which the other side cannot tell.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Final

from isopolity.clock import Clock, IdFactory
from isopolity.contracts.notify import ResponseReceived
from isopolity.matching.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from isopolity.matching.application.workflows.interests.expiry import end_interests
from isopolity.matching.application.workflows.partnerships.agreement import keep_answered
from isopolity.matching.application.workflows.published_states import publish_partnership, publish_proposal
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.domain.proposal import SIDES, Answer, Proposal, Stage
from isopolity.matching.errors import UnknownPartnership, UnknownProposal

MEMBER_WITHDREW: Final = "member-withdrew"
TAKEN_BACK: Final = "taken-back"
"""Staff ended it, because it should not have gone out as it did."""
_ANSWERS: Final = frozenset(answer.value for answer in Answer)
_BATCH: Final = 200
"""How many proposals one transaction settles at most."""


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
    """Settle and return proposals due at `now`, a number a transaction; all answers before `now` must be taken in.

    Those of which an answer came that could not be taken in, as `unheard` tells, are left as they are.
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
    """End those of some open proposals that nobody has heard of, because what they rest on is gone."""
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
    """End proposals that are out, these or those of a round, because staff takes them back; both sides are told.

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

"""Proposals that were issued, answered or settled: notify keeps a projection and enters mails.

Invariant: a side has one mail for each purpose, however often an event comes. Whether a side can be mailed is
no matter of the other's.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter

from isopolity.clock import Clock, IdFactory
from isopolity.contracts import matching as contracts
from isopolity.contracts.event import Event
from isopolity.contracts.matching import OPEN_STAGES, ProposalState
from isopolity.lineage import current_lineage
from isopolity.messaging.errors import Awaiting, PoisonMessage
from isopolity.notify.application.contacts import contact_of
from isopolity.notify.application.mails import new_mail
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.domain.mail import UNDELIVERABLE, Mail, Purpose
from isopolity.notify.domain.partnership import NEWS
from isopolity.notify.domain.proposal import SIDES, Answer, Choice, Proposal, Side

_SIDE: Final = TypeAdapter(Side)


async def proposal_issued(event: Event[ProposalState], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory) -> None:
    """Enter a mail to each side that has none yet; a side without a contact waits for one, the other not for it.

    A side that asked to be introduced gets none. The event comes again when a missing contact is there, and then finds
    the proposal in a newer state, perhaps.
    """
    proposal = to_proposal(event.data)
    if await uow.proposals.put(proposal):
        _look_again(proposal, uow)
    else:
        proposal = (await uow.proposals.get([proposal.proposal_id]))[proposal.proposal_id]
    if proposal.settled:
        return
    mailed = {mail.side for mail in await uow.mails.of_proposals([proposal.proposal_id], Purpose.PROPOSAL)}
    unmailed = [side for side in proposal.sides if side.side not in {*mailed, proposal.lapsed_by, proposal.asked_by}]
    chosen = await uow.contacts.first_choices([side.member_id for side in unmailed])
    reached = {side.side: chosen[side.member_id].contact_id for side in unmailed if side.member_id in chosen}
    await _enter(event, Purpose.PROPOSAL, reached, uow, clock, ids)
    for side in unmailed:
        if side.side not in reached:
            raise Awaiting(contact_of(side.member_id))


async def proposal_answered(event: Event[ProposalState], uow: NotifyUnitOfWork, ids: IdFactory) -> None:
    """Keep the projection; no mail tells what one side answered.

    A side that waits for a contact of an entry that was merged waits for one of the entry that stays from now on.
    """
    if await uow.proposals.put(proposal := to_proposal(event.data)):
        _look_again(proposal, uow)
        await _record_interests(event, uow, ids)


async def proposal_agreed(event: Event[ProposalState], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory) -> None:
    """Introduce the two who said yes to each other.

    An agreement that comes again since an entry was merged introduces nobody anew, though its mails are forgotten.
    """
    await _record_interests(event, uow, ids)
    proposal = to_proposal(event.data)
    if is_old(proposal, clock()):
        await uow.proposals.put(proposal)
        return
    await _settle(event, Purpose.INTRODUCTION, uow, clock, ids)


async def proposal_closed(event: Event[ProposalState], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory) -> None:
    """Tell both sides, if they knew of the proposal, that it is closed; declined and expired read alike."""
    await _settle(event, Purpose.CLOSING, uow, clock, ids)


async def _settle(
    event: Event[ProposalState], purpose: Purpose, uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory
) -> None:
    proposal = to_proposal(event.data)
    if not await uow.proposals.put(proposal):
        return
    _look_again(proposal, uow)
    entered = await uow.mails.of_proposals([proposal.proposal_id], Purpose.PROPOSAL)
    for side in proposal.sides:
        if side.side not in {mail.side for mail in entered}:  # it is over, and waits for a contact no longer
            uow.parking.arrived(contact_of(side.member_id))
    recipients = await recipients_of_end(proposal, entered, uow)
    await _enter(event, purpose, recipients, uow, clock, ids)


def is_old(proposal: Proposal, now: datetime) -> bool:
    """Whether the proposal is published again since an entry was merged, so late that its mails went out long ago."""
    return any(side.formerly is not None for side in proposal.sides) and now - proposal.answer_by > NEWS


def _look_again(proposal: Proposal, uow: NotifyUnitOfWork) -> None:
    """Let events go on that wait for a contact of an entry which was merged into another one."""
    for side in proposal.sides:
        if side.formerly is not None:
            uow.parking.arrived(contact_of(side.formerly))


async def recipients_of_end(proposal: Proposal, entered: Sequence[Mail], uow: NotifyUnitOfWork) -> Mapping[str, str]:
    """Ids of the contacts, by side, that get the mail about the end of a proposal; empty: the member's first choice.

    `entered` are the mails that made the proposal. Both sides of an agreement get one: a side that no mail reached has
    asked to be introduced, or answered on its page. Of another end only the sides hear that know of the proposal.
    """
    reached = {mail.side: mail.contact_id for mail in entered if mail.state not in UNDELIVERABLE}
    if proposal.agreed:
        return dict.fromkeys(sorted(SIDES), "") | reached
    answered = {side for _, side in await uow.answers.of_proposals([proposal.proposal_id])}
    return dict.fromkeys(sorted({mail.side for mail in entered} & answered), "") | reached


async def _record_interests(event: Event[ProposalState], uow: NotifyUnitOfWork, ids: IdFactory) -> None:
    """Enter in the answer book each yes that it lacks: a side gave that at matching, by asking to be introduced."""
    for side in event.data.sides:
        if side.answer == Choice.YES:
            answer = Answer(
                response_id=ids(),
                proposal_id=event.data.proposal_id,
                side=side.side,
                choice=Choice.YES,
                pending_until=None,
                reason=None,
                answered_at=event.envelope.time,
            )
            await uow.answers.record(answer)


async def _enter(
    event: Event[ProposalState],
    purpose: Purpose,
    recipients: Mapping[str, str],
    uow: NotifyUnitOfWork,
    clock: Clock,
    ids: IdFactory,
) -> None:
    """Enter one mail a side; a side that has a mail for this purpose keeps it, even if its contact changed since."""
    if not recipients:
        return
    entered = await uow.mails.of_proposals([event.data.proposal_id], purpose)
    served = {mail.side for mail in entered}
    missing = {side: contact_id for side, contact_id in recipients.items() if side not in served}
    now, lineage, proposal_id = clock(), current_lineage() or event.envelope.lineage, event.data.proposal_id
    mails = [
        new_mail(ids(), proposal_id, purpose, lineage, now, side=side, contact_id=contact_id)
        for side, contact_id in sorted(missing.items())
    ]
    await uow.mails.add(mails)


def to_proposal(state: ProposalState) -> Proposal:
    """The projection of `state`. Raises PoisonMessage where its sides are not `a` and `b`."""
    return Proposal(
        proposal_id=state.proposal_id,
        version=state.version,
        kind=state.kind,
        stage=state.stage,
        settled=state.stage not in OPEN_STAGES,
        sides=to_sides(state.sides),
        issued_at=state.issued_at,
        answer_by=state.answer_by,
        lapsed_by=state.lapsed_by,
        asked_by=state.asked_by,
        asked_openly=state.asked_openly,
    )


def to_sides(sides: tuple[contracts.Side, contracts.Side]) -> tuple[Side, Side]:
    """The projection of both sides. Raises PoisonMessage where they are not `a` and `b`."""
    first, second = (_SIDE.validate_python(side.model_dump()) for side in sides)
    if {first.side, second.side} != SIDES:
        raise PoisonMessage("invalid-sides", "the sides of a proposal are called a and b")
    return first, second

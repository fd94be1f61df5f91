"""Handles matching's events: proposals that were issued, answered or settled, ended partnerships and ended interests.

Each stores a projection and enters the mails that follow. Invariants: a side has one mail for each purpose, however
often an event comes, and a side without a contact does not delay the other's mail. The mails about the end of a
partnership belong to the proposal that led to it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter

from isopolity.contracts import matching as contracts
from isopolity.contracts.answers import Choice
from isopolity.contracts.event import Event
from isopolity.contracts.matching import END_REASONS, OPEN_STAGES, InterestEnded, PartnershipState, ProposalState
from isopolity.identity.lineage import current_lineage
from isopolity.machine.clock import Clock, IdFactory
from isopolity.messaging.errors import Awaiting, PoisonMessage
from isopolity.notify.application.mails import new_mail
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.application.registry_events import contact_of
from isopolity.notify.domain.mail import UNDELIVERABLE, Mail, Purpose
from isopolity.notify.domain.proposal import NEWS, SIDES, Answer, EndedInterest, EndedPartnership, Proposal, Side

_SIDE: Final = TypeAdapter(Side)


async def proposal_issued(event: Event[ProposalState], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory) -> None:
    """Enter a mail to each side that has none yet; a side without a contact gets its mail once it has one.

    A side that asked to be introduced gets no mail. The event is parked while a contact is missing, and is then handled
    again, perhaps when the proposal has a newer state.
    """
    proposal = to_proposal(event.data)
    if await uow.proposals.put(proposal):
        await _follow_mergers(proposal, uow)
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
    """Store the projection; no mail says what one side answered.

    An event parked for a contact of a merged entry is parked for a contact of the remaining entry from now on.
    """
    if await uow.proposals.put(proposal := to_proposal(event.data)):
        await _follow_mergers(proposal, uow)
        await _record_interests(event, uow, ids)


async def proposal_agreed(event: Event[ProposalState], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory) -> None:
    """Enter the introductions for two sides that both said yes.

    An agreement that is published again because of a merger enters no second introduction, even if its mails are
    deleted.
    """
    await _record_interests(event, uow, ids)
    proposal = to_proposal(event.data)
    if is_old(proposal, clock()):
        if await uow.proposals.put(proposal):
            await _follow_mergers(proposal, uow)
        return
    await _settle(event, Purpose.INTRODUCTION, uow, clock, ids)


async def proposal_closed(event: Event[ProposalState], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory) -> None:
    """Enter the closing mail to each side that knew of the proposal; declined and expired proposals read alike."""
    await _settle(event, Purpose.CLOSING, uow, clock, ids)


async def _settle(
    event: Event[ProposalState], purpose: Purpose, uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory
) -> None:
    proposal = to_proposal(event.data)
    if not await uow.proposals.put(proposal):
        return
    await _follow_mergers(proposal, uow)
    entered = await uow.mails.of_proposals([proposal.proposal_id], Purpose.PROPOSAL)
    for side in proposal.sides:
        if side.side not in {mail.side for mail in entered}:  # it is over, so no event needs to wait for a contact
            uow.parking.arrived(contact_of(side.member_id))
    recipients = await recipients_of_end(proposal, entered, uow)
    await _enter(event, purpose, recipients, uow, clock, ids)


def is_old(proposal: Proposal, now: datetime) -> bool:
    """Whether a merger has published the proposal again, so late that its mails went out long ago."""
    return any(side.formerly is not None for side in proposal.sides) and now - proposal.answer_by > NEWS


async def _follow_mergers(proposal: Proposal, uow: NotifyUnitOfWork) -> None:
    """Pass on the answer by telephone and the parked events of an entry that was merged into another one."""
    for side in proposal.sides:
        if side.formerly is not None:
            uow.parking.arrived(contact_of(side.formerly))
            await uow.calls.pass_to(side.member_id, proposal.proposal_id, side.side)


async def recipients_of_end(proposal: Proposal, entered: Sequence[Mail], uow: NotifyUnitOfWork) -> Mapping[str, str]:
    """Ids of contacts, by side, for the mail about the end of a proposal; an empty id means the member's first choice.

    `entered` are the mails with the proposal. After an agreement both sides get a mail: a side without a proposal mail
    asked to be introduced or answered on its page. After any other end only sides that know of the proposal get one.
    """
    reached = {mail.side: mail.contact_id for mail in entered if mail.state not in UNDELIVERABLE}
    if proposal.agreed:
        return dict.fromkeys(sorted(SIDES), "") | reached
    answered = {side for _, side in await uow.answers.of_proposals([proposal.proposal_id])}
    return dict.fromkeys(sorted({mail.side for mail in entered} & answered), "") | reached


async def _record_interests(event: Event[ProposalState], uow: NotifyUnitOfWork, ids: IdFactory) -> None:
    """Record each yes that is missing in the answer book; a side gives it at matching by asking to be introduced."""
    for side in event.data.sides:
        if side.answer == Choice.YES:
            answer = Answer(
                response_id=ids(),
                proposal_id=event.data.proposal_id,
                side=side.side,
                choice=Choice.YES,
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
    """Enter one mail for each side, unless it has one for this purpose, even if its contact has changed since."""
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
    """The projection of `state`. Raises PoisonMessage if its sides are not `a` and `b`."""
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
    """The projection of both sides. Raises PoisonMessage if they are not `a` and `b`."""
    first, second = (_SIDE.validate_python(side.model_dump()) for side in sides)
    if {first.side, second.side} != SIDES:
        raise PoisonMessage("invalid-sides", "the sides of a proposal are called a and b")
    return first, second


async def partnership_ended(
    event: Event[PartnershipState], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory
) -> None:
    """Store the end and, if staff ended the partnership recently, enter a mail to each side."""
    now, ended = clock(), to_ended(event.data)
    if ended is None or not await uow.partnerships.add(ended) or not ended.is_news(now):
        return
    lineage = current_lineage() or event.envelope.lineage
    mails = [new_mail(ids(), ended.proposal_id, Purpose.ENDING, lineage, now, side=side.side) for side in ended.sides]
    await uow.mails.add(mails)


def to_ended(state: PartnershipState) -> EndedPartnership | None:
    """The projection of an end; None if the partnership goes on, or an early release without these mails ended it.

    Raises PoisonMessage if its sides are not `a` and `b`.
    """
    reason, ended_at = state.ended_reason, state.ended_at
    if ended_at is None or reason is None:
        return None
    return EndedPartnership(
        partnership_id=state.partnership_id,
        proposal_id=state.proposal_id,
        kind=state.kind,
        sides=to_sides(state.sides),
        established_at=state.established_at,
        ended_at=ended_at,
        reason=reason,
        by_staff=reason in END_REASONS,
    )


async def interest_ended(event: Event[InterestEnded], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory) -> None:
    """Store the ended interest and, if its end is recent, enter the mail to its asker."""
    now, ended = clock(), to_ended_interest(event.data)
    if not await uow.interests.add(ended) or not ended.is_news(now):
        return
    lineage = current_lineage() or event.envelope.lineage
    await uow.mails.add([new_mail(ids(), ended.interest_id, Purpose.NOT_INTRODUCED, lineage, now)])


def to_ended_interest(state: InterestEnded) -> EndedInterest:
    """The projection of an ended interest."""
    return EndedInterest(**state.model_dump())

"""Answers to a proposal through its link: a look changes nothing, an answer is recorded and published once.

Invariant: a side's yes or no is final, and an answer to a proposal that no longer takes answers changes nothing. A link
speaks for the person whom it was mailed to and ends with them. The time of an answer comes from the watermark, so that
matching can know when all answers before a deadline are there.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from isopolity.act import amend_act
from isopolity.clock import Clock, IdFactory
from isopolity.contracts.event import Lineage
from isopolity.contracts.event_types import RESPONSE_RECEIVED
from isopolity.contracts.notify import ResponseReceived
from isopolity.lineage import current_lineage, lineage_of
from isopolity.notify.application.ports import AnswerLink, AnswerLinks, NotifyUnitOfWork
from isopolity.notify.domain.errors import AlreadyAnswered, AnswerInvalid, LinkEnded, ProposalSettled, UnknownProposal
from isopolity.notify.domain.mail import Mail, Purpose
from isopolity.notify.domain.proposal import MAX_REASON, Answer, Choice, Proposal, Side, checked_date
from isopolity.persistence.outbox import Outbox

_STEP: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """The holder's view: the proposal, their answer, whether they may answer; `bearer` is the mail of the link."""

    bearer: Mail
    proposal: Proposal
    side: Side
    other: Side
    answer: Answer | None
    takes_answers: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The form as its holder filled it in."""

    choice: Choice
    pending_until: date | None = None
    reason: str | None = None


async def show_invitation(link: AnswerLink, uow: NotifyUnitOfWork, links: AnswerLinks, clock: Clock) -> Invitation:
    """The invitation that the link leads to. Raises LinkEnded or UnknownProposal."""
    return await _invitation(link, uow, links, clock())


async def give_answer(
    link: AnswerLink, reply: Reply, uow: NotifyUnitOfWork, links: AnswerLinks, ids: IdFactory
) -> Answer:
    """Record and publish it. Raises LinkEnded, UnknownProposal, ProposalSettled, AlreadyAnswered, AnswerInvalid."""
    now = await uow.watermark.answer_time()
    invitation = await _invitation(link, uow, links, now)
    if invitation.answer is not None:  # where the clock lags, two answers of a side have an order all the same
        now = max(now, invitation.answer.answered_at + _STEP)
    answer = _checked(invitation, reply, now, ids)
    if not await uow.answers.record(answer):
        raise AlreadyAnswered("This answer has been given already, and it is final.")
    _note(invitation, answer, uow)
    publish_answer(answer, uow.outbox)
    return answer


def publish_answer(answer: Answer, outbox: Outbox) -> None:
    """Publish the answer, for matching."""
    with lineage_of(current_lineage() or Lineage(answer.response_id)):
        outbox.publish(RESPONSE_RECEIVED, _response(answer))


async def _invitation(link: AnswerLink, uow: NotifyUnitOfWork, links: AnswerLinks, now: datetime) -> Invitation:
    proposal = (await uow.proposals.get([link.proposal_id])).get(link.proposal_id)
    if proposal is None:
        raise UnknownProposal("The proposal that this link names is not known here.")
    bearer = await _bearer(link, uow, links)
    if bearer is None:
        raise LinkEnded("The contact that this link was mailed to has changed, or the network's office ended it.")
    return Invitation(
        bearer=bearer,
        proposal=proposal,
        side=proposal.side(link.side),
        other=proposal.other_side(link.side),
        answer=await uow.answers.get(link.proposal_id, link.side),
        takes_answers=proposal.takes_answers(now),
    )


async def _bearer(link: AnswerLink, uow: NotifyUnitOfWork, links: AnswerLinks) -> Mail | None:
    """The mail of the link, None if the link has ended; its contact does not change until the transaction ends."""
    mails = await uow.mails.of_proposals([link.proposal_id], Purpose.PROPOSAL)
    bearers = [mail for mail in mails if mail.side == link.side and _came_with(link, mail)]
    if not bearers or bearers[0].link_voided_at is not None:
        return None
    contact = await uow.contacts.hold(bearers[0].contact_id)
    return bearers[0] if contact is not None and links.went_to(link, contact.email) else None


def _came_with(link: AnswerLink, mail: Mail) -> bool:
    """Whether the link came with this mail; one that names no mail came with one of a release that bound no links."""
    return not mail.link_bound if link.mail_id is None else link.mail_id == mail.mail_id


def _checked(invitation: Invitation, reply: Reply, now: datetime, ids: IdFactory) -> Answer:
    if not invitation.takes_answers:
        raise ProposalSettled("This proposal no longer takes answers.")
    if invitation.answer is not None and invitation.answer.final:
        raise AlreadyAnswered("This answer has been given already, and it is final.")
    if reply.reason is not None and len(reply.reason) > MAX_REASON:
        raise AnswerInvalid(f"Please keep your message within {MAX_REASON} characters.")
    latest = invitation.proposal.answer_by.date()
    return Answer(
        response_id=ids(),
        proposal_id=invitation.proposal.proposal_id,
        side=invitation.side.side,
        choice=reply.choice,
        pending_until=checked_date(reply.choice, reply.pending_until, today=now.date(), latest=latest),
        reason=reply.reason,
        answered_at=now,
    )


def _note(invitation: Invitation, answer: Answer, uow: NotifyUnitOfWork) -> None:
    """Enter in the audit who answered, by the mail that brought the link; the words of the answer stay out of it."""
    amend_act(
        actor_kind="contact",
        actor=invitation.bearer.contact_id,
        token_id=invitation.bearer.mail_id,
        member_id=invitation.side.member_id,
    )
    earlier = invitation.answer.choice if invitation.answer else None
    uow.audit.note("proposal", answer.proposal_id, before={"answer": earlier}, after={"answer": answer.choice})


def _response(answer: Answer) -> ResponseReceived:
    return ResponseReceived(
        response_id=answer.response_id,
        proposal_id=answer.proposal_id,
        side=answer.side,
        answer=answer.choice,
        pending_until=answer.pending_until,
        answered_at=answer.answered_at,
    )

"""Answers to a proposal, through its link or from a signed-in contact, and the watermark that says which are complete.

Looking changes nothing; an answer is recorded and published once. Invariant: a side's yes or no is final, and an answer
to a proposal that no longer takes answers changes nothing. A link acts for the person to whom it was mailed and ends
with that contact; a signed-in contact acts for its member.

The watermark tells matching a time before which no answer can arrive any more. Invariant: when an event with `before`
is published, every answer with an earlier time has been published before it on the same partition. Three steps, in
this order, ensure it:

1. The watermark is committed. From now on no answer takes an earlier time.
2. All transactions that took an earlier time end. A process that freezes in one of them delays this step.
3. The event enters the outbox. Its id is higher than those of all earlier answers, and the relay publishes by id.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final, Protocol

from isopolity.contracts.answers import Choice
from isopolity.contracts.catalogue import RESPONSE
from isopolity.contracts.event import Event, Lineage
from isopolity.contracts.event_types import CANARY_RETURNED, RESPONSE_RECEIVED, RESPONSES_COMPLETED
from isopolity.contracts.notify import ResponseReceived, ResponsesCompleted
from isopolity.contracts.registry import CanarySounded
from isopolity.identity.actors import amend_act
from isopolity.identity.lineage import current_lineage, lineage_of
from isopolity.machine.clock import Clock, IdFactory, day_in
from isopolity.messaging.generations import partition_of
from isopolity.notify.application.ports import AnswerLink, AnswerLinks, NotifyUnitOfWork, UnitOfWorkFactory
from isopolity.notify.domain.errors import AlreadyAnswered, AnswerInvalid, LinkEnded, ProposalSettled, UnknownProposal
from isopolity.notify.domain.mail import Mail, Purpose
from isopolity.notify.domain.proposal import MAX_REASON, SIDES, Answer, Proposal, Side, checked_date
from isopolity.persistence.unit_of_work import Outbox

_STEP: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """The contact that answers, identified by the mail of a link or by a bearer token."""

    contact_id: str
    token_id: str
    """The id of the mail whose link was used, or of the bearer token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A proposal as one side sees it, with that side's answer so far and whether it may still answer."""

    proposal: Proposal
    side: Side
    other: Side
    answer: Answer | None
    takes_answers: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation(Standing):
    """A proposal as a responder sees it."""

    responder: Responder


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The submitted form, before its values are checked."""

    choice: Choice
    pending_until: date | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ByLink:
    """Finds the invitation behind an answer link. Raises LinkEnded or UnknownProposal."""

    link: AnswerLink
    links: AnswerLinks

    async def __call__(self, uow: NotifyUnitOfWork, now: datetime) -> Invitation:
        proposal = (await uow.proposals.get([self.link.proposal_id])).get(self.link.proposal_id)
        if proposal is None:
            raise UnknownProposal("The proposal that this link names is not known here.")
        bearer = await bearer_of(self.link, Purpose.PROPOSAL, uow, self.links)
        if bearer is None:
            raise LinkEnded("The contact that this link was mailed to has changed, or the network's office ended it.")
        responder = Responder(contact_id=bearer.contact_id, token_id=bearer.mail_id)
        return await invitation_of(proposal, self.link.side, responder, uow, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class BySession:
    """Finds the invitation for the member of a signed-in contact. Raises UnknownProposal."""

    proposal_id: str
    member_id: str
    responder: Responder

    async def __call__(self, uow: NotifyUnitOfWork, now: datetime) -> Invitation:
        proposal = (await uow.proposals.get([self.proposal_id])).get(self.proposal_id)
        contact = await uow.contacts.hold(self.responder.contact_id)
        sides = () if proposal is None else (proposal.side(name) for name in sorted(SIDES))
        side = next((each for each in sides if each.member_id == self.member_id), None)
        if proposal is None or side is None or not proposal.may_know(side.side):
            raise UnknownProposal("There is no proposal with this id for you.")
        if contact is None or contact.member_id != self.member_id:
            raise UnknownProposal("There is no proposal with this id for you.")
        return await invitation_of(proposal, side.side, self.responder, uow, now)


class Way(Protocol):
    """A way to an invitation: an answer link, a session, or the link that confirms an answer by telephone."""

    async def __call__(self, uow: NotifyUnitOfWork, now: datetime) -> Invitation:
        """The invitation. Raises LinkEnded or UnknownProposal."""


async def show_invitation(way: Way, uow: NotifyUnitOfWork, clock: Clock) -> Invitation:
    """The invitation that `way` leads to; nothing changes. Raises LinkEnded or UnknownProposal."""
    return await way(uow, clock())


async def give_answer(way: Way, reply: Reply, uow: NotifyUnitOfWork, ids: IdFactory) -> Answer:
    """Record and publish an answer.

    Raises LinkEnded, UnknownProposal, ProposalSettled, AlreadyAnswered or AnswerInvalid.
    """
    now = await uow.watermark.answer_time()
    invitation = await way(uow, now)
    answer = await record_answer(invitation, reply, uow, now, ids)
    if isinstance(way, ByLink):
        await uow.contacts.note_answer(invitation.responder.contact_id)
    _note(invitation, answer, uow)
    return answer


async def record_answer(
    standing: Standing, reply: Reply, uow: NotifyUnitOfWork, now: datetime, ids: IdFactory
) -> Answer:
    """Record and publish an answer; `now` is the answer time of the watermark.

    Raises ProposalSettled, AlreadyAnswered or AnswerInvalid.
    """
    if standing.answer is not None:  # keeps a side's answers in order even if the clock is slow
        now = max(now, standing.answer.answered_at + _STEP)
    answer = _checked(standing, reply, now, ids)
    if not await uow.answers.record(answer):
        raise AlreadyAnswered("This answer has been given already, and it is final.")
    publish_answer(answer, uow.outbox)
    return answer


def publish_answer(answer: Answer, outbox: Outbox) -> None:
    """Publish the answer, for matching."""
    with lineage_of(current_lineage() or Lineage(answer.response_id)):
        data = ResponseReceived(
            response_id=answer.response_id,
            proposal_id=answer.proposal_id,
            side=answer.side,
            answer=answer.choice,
            pending_until=answer.pending_until,
            answered_at=answer.answered_at,
        )
        outbox.publish(RESPONSE_RECEIVED, data)


async def invitation_of(
    proposal: Proposal, side: str, responder: Responder, uow: NotifyUnitOfWork, now: datetime
) -> Invitation:
    """The proposal as this responder of the side sees it."""
    return Invitation(
        responder=responder,
        proposal=proposal,
        side=proposal.side(side),
        other=proposal.other_side(side),
        answer=await uow.answers.get(proposal.proposal_id, side),
        takes_answers=proposal.takes_answers(side, now),
    )


async def bearer_of(link: AnswerLink, purpose: Purpose, uow: NotifyUnitOfWork, links: AnswerLinks) -> Mail | None:
    """The mail of the link; None if the link has ended. Locks the mail's contact until the transaction ends."""
    mails = await uow.mails.of_proposals([link.proposal_id], purpose)
    bearers = [mail for mail in mails if mail.side == link.side and _came_with(link, mail)]
    if not bearers or bearers[0].link_voided_at is not None:
        return None
    contact = await uow.contacts.hold(bearers[0].contact_id)
    return bearers[0] if contact is not None and links.went_to(link, contact.email) else None


def _came_with(link: AnswerLink, mail: Mail) -> bool:
    """Whether the link came with this mail; a link that names no mail, of an early release, fits any unbound mail."""
    return not mail.link_bound if link.mail_id is None else link.mail_id == mail.mail_id


def _checked(invitation: Standing, reply: Reply, now: datetime, ids: IdFactory) -> Answer:
    if not invitation.takes_answers:
        raise ProposalSettled("This proposal no longer takes answers.")
    if invitation.answer is not None and invitation.answer.final:
        raise AlreadyAnswered("This answer has been given already, and it is final.")
    if reply.reason is not None and len(reply.reason) > MAX_REASON:
        raise AnswerInvalid(f"Please keep your message within {MAX_REASON} characters.")
    own, latest = invitation.side, invitation.proposal.last_day(invitation.side.side)
    return Answer(
        response_id=ids(),
        proposal_id=invitation.proposal.proposal_id,
        side=own.side,
        choice=reply.choice,
        pending_until=checked_date(reply.choice, reply.pending_until, today=day_in(now, own.time_zone), latest=latest),
        reason=reply.reason,
        answered_at=now,
    )


def _note(invitation: Invitation, answer: Answer, uow: NotifyUnitOfWork) -> None:
    """Enter in the audit who answered, by which mail or token; the words of the answer stay out of it."""
    amend_act(
        actor_kind="contact",
        actor=invitation.responder.contact_id,
        token_id=invitation.responder.token_id,
        member_id=invitation.side.member_id,
    )
    earlier = invitation.answer.choice if invitation.answer else None
    uow.audit.note("proposal", answer.proposal_id, before={"answer": earlier}, after={"answer": answer.choice})


async def canary_relayed(event: Event[CanarySounded], uow: NotifyUnitOfWork, clock: Clock) -> None:
    """Remember when matching's canary was last seen, and publish a newer one for matching."""
    if await uow.sightings.saw_canary(event.data.sounded_at, clock()):
        uow.outbox.publish(CANARY_RETURNED, event.data)


async def publish_watermark(
    unit_of_work: UnitOfWorkFactory,
    answers_are_over: Callable[[], Awaitable[bool]],
    *,
    partitions: int = RESPONSE.partitions,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    pause: float = 0.1,
) -> None:
    """Publish a new watermark once all earlier answers are recorded, however long that takes.

    Only one instance at a time may do so. `partitions` is the number of partitions of the topic of answers.
    `answers_are_over` returns whether all transactions that took the time of an answer before the call have ended; it
    is called again after `pause` seconds.
    """
    async with unit_of_work() as uow:
        before = await uow.watermark.announce()
        await uow.commit()
    while not await answers_are_over():
        await sleep(pause)
    async with unit_of_work() as uow:
        for partition in range(partitions):
            data = ResponsesCompleted(partition_key=key_in(partition, partitions), partition=partition, before=before)
            uow.outbox.publish(RESPONSES_COMPLETED, data)
        await uow.commit()


@cache
def key_in(partition: int, partitions: int) -> str:
    """A key that the response topic maps to this partition."""
    number = 0
    while partition_of(f"partition-{number}".encode(), partitions) != partition:
        number += 1
    return f"partition-{number}"

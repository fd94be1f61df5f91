"""Answers by telephone: staff enters them, all contacts of the side are mailed, and a contact confirms a yes.

Invariant: what staff, a contact or a mail reads of it depends on the proposal as sent, the clock and the side's own
answers, never on the other side. The same form sent twice is entered once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from isopolity.contracts.answers import Choice
from isopolity.contracts.event import Lineage
from isopolity.identity.lineage import current_lineage
from isopolity.machine.clock import IdFactory
from isopolity.notify.application.answers import (
    Invitation,
    Reply,
    Responder,
    Standing,
    bearer_of,
    give_answer,
    invitation_of,
    record_answer,
)
from isopolity.notify.application.mails import new_mail
from isopolity.notify.application.ports import AnswerLink, AnswerLinks, NotifyUnitOfWork
from isopolity.notify.domain.errors import (
    AlreadyAnswered,
    ApproverMissing,
    EnteredMeanwhile,
    LinkEnded,
    ProposalSettled,
    UnknownProposal,
)
from isopolity.notify.domain.mail import Purpose
from isopolity.notify.domain.people import APPROVER, Contact, has_approver
from isopolity.notify.domain.proposal import SIDES, Answer, Proposal
from isopolity.notify.domain.telephone import PhoneCall, TelephoneAnswer, checked_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The submitted form of staff; `seen` is the state of the side's answers that the form was made from."""

    choice: Choice
    given_by: str
    taken_by: str
    given_on: date
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The telephone line to one side: its proposal, its answers, and the number of contacts that a mail would reach."""

    standing: Standing
    call: TelephoneAnswer | None
    contacts: tuple[str, ...]
    needs_approver: bool
    """Whether the member has an approver with a confirmed address, who has to confirm a yes."""

    @property
    def seen(self) -> str:
        """The state of the side's answers; it changes with each of them."""
        answer = self.standing.answer
        return f"{self.call.call_id if self.call else ''}/{answer.response_id if answer else ''}"

    @property
    def is_unconfirmed(self) -> bool:
        """Whether the last entry is a yes that no contact has confirmed."""
        answer = self.standing.answer
        is_final = answer is not None and answer.final
        return self.call is not None and self.call.choice is Choice.YES and not is_final


async def line_to(proposal_id: str, member_id: str, uow: NotifyUnitOfWork, now: datetime) -> Line:
    """The line to the side of this member. Raises UnknownProposal, also for a side that asked to be introduced."""
    proposal = (await uow.proposals.get([proposal_id])).get(proposal_id)
    side = None if proposal is None else _side_of(member_id, proposal)
    if proposal is None or side is None or not proposal.may_know(side):
        raise UnknownProposal("There is no proposal with this id that this member was asked about.")
    standing = Standing(
        proposal=proposal,
        side=proposal.side(side),
        other=proposal.other_side(side),
        answer=await uow.answers.get(proposal_id, side),
        takes_answers=proposal.takes_answers(side, now),
    )
    confirmed = await _confirmed(member_id, uow)
    return Line(
        standing=standing,
        call=await uow.calls.of_side(proposal_id, side),
        contacts=tuple(sorted(each.contact_id for each in confirmed)),
        needs_approver=has_approver(confirmed),
    )


_ENTRIES: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """A yes by telephone that no contact has confirmed, while the side may still answer."""

    call: TelephoneAnswer
    member_kind: str
    member: str
    answer_by: datetime


async def list_unconfirmed(uow: NotifyUnitOfWork, now: datetime) -> Sequence[Unconfirmed]:
    """All of them, the oldest first; it depends on the own side's answers and the clock, as each line does."""
    calls = list(reversed(await uow.calls.without_answer(_ENTRIES)))
    proposals = await uow.proposals.get(sorted({call.proposal_id for call in calls}))
    return [
        Unconfirmed(
            call=call,
            member_kind=proposal.side(call.side).member_kind,
            member=proposal.side(call.side).name,
            answer_by=proposal.answers_until(call.side),
        )
        for call in calls
        if (proposal := proposals.get(call.proposal_id)) is not None and proposal.takes_answers(call.side, now)
    ]


async def enter_answer(
    proposal_id: str, member_id: str, entry: Entry, uow: NotifyUnitOfWork, ids: IdFactory
) -> TelephoneAnswer:
    """Enter an answer that a member gave by telephone, and a mail to each confirmed contact of the side.

    Raises UnknownProposal, EnteredMeanwhile, ProposalSettled, AlreadyAnswered, AnswerInvalid or TooManyEntries.
    """
    now = await uow.watermark.answer_time()
    line = await line_to(proposal_id, member_id, uow, now)
    side = line.standing.side
    call = TelephoneAnswer(
        call_id=ids(),
        proposal_id=proposal_id,
        side=side.side,
        member_id=member_id,
        choice=entry.choice,
        given_by=entry.given_by,
        taken_by=entry.taken_by,
        given_on=entry.given_on,
        entered_at=now,
    )
    if line.call is not None and line.call.says(call):
        uow.audit.note("proposal", proposal_id, details={"member_id": member_id, "entered_before": True})
        return line.call
    _check_open(line, entry)
    checked_day(entry.given_on, line.standing.proposal, side, now)
    call = call.following(line.call)
    if not await uow.calls.put(call, after=line.call):
        raise EnteredMeanwhile("Somebody else has entered an answer of this member meanwhile. Look at it first.")
    if entry.choice is not Choice.YES:
        await record_answer(line.standing, Reply(choice=entry.choice), uow, now, ids)
    lineage = current_lineage() or Lineage(call.call_id)
    mails = [
        new_mail(ids(), call.call_id, Purpose.TELEPHONE, lineage, now, side=side.side, contact_id=each)
        for each in line.contacts
    ]
    await uow.mails.add(mails)
    after = {"answer_by_telephone": entry.choice}
    uow.audit.note("proposal", proposal_id, after=after, details={"member_id": member_id, "mailed": len(mails)})
    return call


async def _confirmed(member_id: str, uow: NotifyUnitOfWork) -> list[Contact]:
    return [each for each in await uow.contacts.of_member(member_id) if each.confirmed]


def _check_open(line: Line, entry: Entry) -> None:
    """Raises ProposalSettled, AlreadyAnswered or EnteredMeanwhile."""
    answer = line.standing.answer
    if answer is not None and answer.final:
        raise AlreadyAnswered("This member has answered already, and its answer is final.")
    if not line.standing.takes_answers:
        raise ProposalSettled("The time of this member to answer is over, so that no answer can be entered.")
    if entry.seen != line.seen:
        raise EnteredMeanwhile("This member has answered since the form was opened. Look at its answer first.")


def _side_of(member_id: str, proposal: Proposal) -> str | None:
    return next((name for name in sorted(SIDES) if proposal.side(name).member_id == member_id), None)


@dataclass(frozen=True, slots=True)
class ByCall:
    """Finds the invitation behind the link that confirms a yes by telephone. Raises LinkEnded or UnknownProposal."""

    link: AnswerLink
    links: AnswerLinks

    async def __call__(self, uow: NotifyUnitOfWork, now: datetime) -> Invitation:
        call = await self.call(uow)
        proposal = (await uow.proposals.get([call.proposal_id])).get(call.proposal_id)
        if proposal is None:
            raise UnknownProposal("The proposal that this link names is not known here.")
        bearer = await bearer_of(self.link, Purpose.TELEPHONE, uow, self.links)
        if bearer is None:
            raise LinkEnded("The contact that this link was mailed to has changed, or the network's office ended it.")
        responder = Responder(contact_id=bearer.contact_id, token_id=bearer.mail_id)
        return await invitation_of(proposal, call.side, responder, uow, now)

    async def call(self, uow: NotifyUnitOfWork) -> TelephoneAnswer:
        """The answer by telephone that the link is about. Raises LinkEnded if another one was entered since."""
        call = (await uow.calls.get([self.link.proposal_id])).get(self.link.proposal_id)
        if call is None or call.side != self.link.side:
            raise LinkEnded("Another answer was entered since.")
        return call


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """An answer by telephone, as a contact sees it behind the link in the mail about it."""

    invitation: Invitation
    call: PhoneCall
    waits_for_approver: bool
    """Whether the member's approver has to confirm the answer, and the contact is not an approver."""


async def find_call(way: ByCall, uow: NotifyUnitOfWork, now: datetime) -> Confirmation:
    """The answer by telephone that the link is about. Raises LinkEnded or UnknownProposal.

    The contact's own member decides whether there is an approver: after a merger the proposal may still name the
    member's former entry.
    """
    invitation = await way(uow, now)
    reader = (await uow.contacts.get([invitation.responder.contact_id]))[invitation.responder.contact_id]
    return Confirmation(
        invitation=invitation,
        call=PhoneCall(answer=await way.call(uow), proposal=invitation.proposal),
        waits_for_approver=reader.role != APPROVER and has_approver(await _confirmed(reader.member_id, uow)),
    )


async def confirm_call(way: ByCall, uow: NotifyUnitOfWork, ids: IdFactory) -> Answer:
    """Record and publish the yes that a contact confirms.

    Raises LinkEnded, UnknownProposal, ApproverMissing, ProposalSettled or AlreadyAnswered.
    """
    confirmation = await find_call(way, uow, await uow.watermark.answer_time())
    if confirmation.call.answer.choice is not Choice.YES:
        raise AlreadyAnswered("There is nothing to confirm: this answer has counted since it was entered.")
    if confirmation.waits_for_approver:
        raise ApproverMissing("Your approver has to confirm this answer.")
    return await give_answer(way, Reply(choice=Choice.YES), uow, ids)

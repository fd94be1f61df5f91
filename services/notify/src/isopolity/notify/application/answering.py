"""Answering a proposal from its link: looking changes nothing, an answer is recorded and published once.

Invariant: a side's yes or no is final, and an answer to a proposal that no longer takes answers changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from isopolity.act import amend_act
from isopolity.clock import Clock, IdFactory
from isopolity.contracts.event import Lineage
from isopolity.contracts.notify import ResponseReceived
from isopolity.lineage import current_lineage, lineage_of
from isopolity.notify.application.ports import AnswerLinks, NotifyUnitOfWork
from isopolity.notify.domain.answer import MAX_REASON, Answer, Choice, checked_date
from isopolity.notify.domain.errors import AlreadyAnswered, AnswerInvalid, ProposalSettled, UnknownProposal
from isopolity.notify.domain.mail import Purpose
from isopolity.notify.domain.proposal import Proposal, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a link's holder sees: the proposal from their side, their own answer, whether they may still answer."""

    proposal: Proposal
    side: Side
    other: Side
    answer: Answer | None
    takes_answers: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the form says."""

    choice: Choice
    pending_until: date | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """The use cases of the answer page."""

    unit_of_work: Callable[[], NotifyUnitOfWork]
    links: AnswerLinks
    clock: Clock
    ids: IdFactory

    async def look(self, token: str) -> Invitation:
        """What the link leads to. Raises LinkRefused or UnknownProposal."""
        proposal_id, side = self.links.read(token)
        async with self.unit_of_work() as unit_of_work:
            return await self._invitation(proposal_id, side, unit_of_work)

    async def answer(self, token: str, reply: Reply) -> None:
        """Record the answer and publish it.

        Raises LinkRefused, UnknownProposal, ProposalSettled, AlreadyAnswered or AnswerInvalid, having changed nothing.
        """
        proposal_id, side = self.links.read(token)
        async with self.unit_of_work() as unit_of_work:
            invitation = await self._invitation(proposal_id, side, unit_of_work)
            answer = self._checked(invitation, reply)
            if not await unit_of_work.answers.record(answer):
                raise AlreadyAnswered("This answer has been given already, and it is final.")
            await self._note(invitation, answer, unit_of_work)
            with lineage_of(current_lineage() or Lineage(answer.response_id)):
                unit_of_work.outbox.publish("isopolity.notify.response.received.v1", _response(answer))
            await unit_of_work.commit()

    async def _note(self, invitation: Invitation, answer: Answer, unit_of_work: NotifyUnitOfWork) -> None:
        """Enter who answered, by the mail that brought the link; the words of the answer stay out of the audit."""
        mails = await unit_of_work.mails.of_proposals([answer.proposal_id], Purpose.PROPOSAL)
        mail = next((mail for mail in mails if mail.side == answer.side), None)
        if mail is not None:
            holder = {"actor": mail.contact_id, "token_id": mail.mail_id, "member_id": invitation.side.member_id}
            amend_act(actor_kind="contact", **holder)
        earlier = invitation.answer.choice if invitation.answer else None
        unit_of_work.audit.note(
            "proposal", answer.proposal_id, before={"answer": earlier}, after={"answer": answer.choice}
        )

    async def _invitation(self, proposal_id: str, side: str, unit_of_work: NotifyUnitOfWork) -> Invitation:
        proposal = (await unit_of_work.proposals.get([proposal_id])).get(proposal_id)
        if proposal is None:
            raise UnknownProposal("The proposal that this link names is not known here.")
        return Invitation(
            proposal=proposal,
            side=proposal.side(side),
            other=proposal.other_side(side),
            answer=await unit_of_work.answers.get(proposal_id, side),
            takes_answers=proposal.takes_answers(self.clock()),
        )

    def _checked(self, invitation: Invitation, reply: Reply) -> Answer:
        if not invitation.takes_answers:
            raise ProposalSettled("This proposal no longer takes answers.")
        if invitation.answer is not None and invitation.answer.final:
            raise AlreadyAnswered("This answer has been given already, and it is final.")
        if reply.reason is not None and len(reply.reason) > MAX_REASON:
            raise AnswerInvalid(f"Please keep your message within {MAX_REASON} characters.")
        now = self.clock()
        latest = invitation.proposal.answer_by.date()
        return Answer(
            response_id=self.ids(),
            proposal_id=invitation.proposal.proposal_id,
            side=invitation.side.side,
            choice=reply.choice,
            pending_until=checked_date(reply.choice, reply.pending_until, today=now.date(), latest=latest),
            reason=reply.reason,
            answered_at=now,
        )


def _response(answer: Answer) -> ResponseReceived:
    return ResponseReceived(
        response_id=answer.response_id,
        proposal_id=answer.proposal_id,
        side=answer.side,
        answer=answer.choice,
        pending_until=answer.pending_until,
        answered_at=answer.answered_at,
    )

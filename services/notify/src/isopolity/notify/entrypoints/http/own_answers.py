"""A member's answers to proposals and the contacts of its partners, for its signed-in contacts.

Invariants: a member reads its own side's answer and the time to answer, which depend on its own acts and the clock
only. An introduction that may not be read is left out without a reason, so that a refused proposal looks like one that
was never issued.
"""

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from isopolity.contracts.answers import Choice
from isopolity.notify.application.answers import BySession, Invitation, Reply, Responder, give_answer, show_invitation
from isopolity.notify.application.introductions import introductions
from isopolity.notify.domain.errors import AlreadyAnswered
from isopolity.notify.domain.proposal import MAX_REASON
from isopolity.notify.entrypoints.http.context import Notify
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/notify/v1/proposals")

ProposalId = Annotated[str, Path(max_length=128, description="Of a proposal that the member was told of")]
Member = Annotated[Principal, Depends(require("member", approvers=True))]


class OwnAnswer(BaseModel):
    """The member's answer, and whether it can still be given or changed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"answer": "pending", "pending_until": "2026-12-10", "is_final": False, "takes_answers": True,
                 "answer_by": "2026-12-18T21:59:59Z", "time_zone": "Europe/Helsinki",
                 "closes_at": "2026-12-19T07:59:59Z"}
            ]
        }
    )  # fmt: skip

    answer: str | None
    pending_until: date | None
    is_final: bool
    takes_answers: bool
    answer_by: datetime = Field(description="The last second of the day by which this side may answer, in its zone.")
    time_zone: str | None = Field(default=None, description="Of this side, by its IANA name; null counts as UTC.")
    closes_at: datetime = Field(description="When the proposal closes: when the later side's day to answer ends.")

    @classmethod
    def of(cls, invitation: Invitation) -> Self:
        """The view of an invitation."""
        answer = invitation.answer
        is_final = answer is not None and answer.final
        return cls(
            answer=None if answer is None else answer.choice,
            pending_until=None if answer is None else answer.pending_until,
            is_final=is_final,
            takes_answers=invitation.takes_answers and not is_final,
            answer_by=invitation.proposal.answers_until(invitation.side.side),
            time_zone=invitation.side.time_zone,
            closes_at=invitation.proposal.answer_by,
        )


class AnswerOrder(BaseModel):
    """An answer: `yes` and `no` are final, `pending` and `later` may be changed until the deadline."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"choice": "yes"}]})

    choice: Choice
    pending_until: date | None = Field(default=None, description="With `pending`: the day of the expected approval.")
    reason: str | None = Field(
        default=None,
        max_length=MAX_REASON,
        description="Words for the network's office; the other side never reads them.",
    )


@router.get("/{proposal_id}/answer", operation_id="answers.read")
async def read_answer(notify: Notify, member: Member, proposal_id: ProposalId) -> OwnAnswer:
    """The member's answer so far, and whether it can still be given."""
    async with notify.reading() as uow:
        return OwnAnswer.of(await show_invitation(_way(member, proposal_id), uow, notify.clock))


@router.post("/{proposal_id}/answer")
async def answer(notify: Notify, member: Member, proposal_id: ProposalId, order: AnswerOrder) -> OwnAnswer:
    """Answer on behalf of the member, as by the link in its mail; repeating an answer changes nothing."""
    way = _way(member, proposal_id)
    reply = Reply(choice=order.choice, pending_until=order.pending_until, reason=(order.reason or "").strip() or None)
    async with notify.unit_of_work() as uow:
        try:
            await give_answer(way, reply, uow, notify.ids)
        except AlreadyAnswered:
            given = await show_invitation(way, uow, notify.clock)
            if given.answer is None or given.answer.choice != reply.choice:
                raise
            return OwnAnswer.of(given)  # the same answer, sent again
        given = await show_invitation(way, uow, notify.clock)
        await uow.commit()
    return OwnAnswer.of(given)


def _way(member: Principal, proposal_id: str) -> BySession:
    responder = Responder(contact_id=member.subject, token_id=member.token_id)
    return BySession(proposal_id=proposal_id, member_id=member.member_id or "", responder=responder)


introductions_router = ServiceRouter(prefix="/notify/v1/introductions")

MOST_INTRODUCTIONS = 20
"""Proposals that one request may name."""
ProposalIds = Annotated[
    list[Annotated[str, Query(max_length=128)]],
    Query(
        alias="proposal_id",
        min_length=1,
        max_length=MOST_INTRODUCTIONS,
        description="Of partnerships that stand; repeat it",
    ),
]


class IntroductionView(BaseModel):
    """The partner's contact, as in the mail that introduced it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"proposal_id": "0190-1", "name": "Leïla Amrani", "role": "coordinator", "email": "leila@fez.example"}
            ]
        }
    )

    proposal_id: str
    name: str
    role: str
    email: str


class Introductions(BaseModel):
    """The introductions that the caller may read."""

    items: list[IntroductionView]


@introductions_router.get("", summary="Whom to write to at partners")
async def list_introductions(
    notify: Notify, member: Member, proposal_ids: ProposalIds, response: Response
) -> Introductions:
    """The other side's contact in each present partnership of the member, by the proposal that led to it."""
    response.headers["Cache-Control"] = "no-store"
    async with notify.reading() as uow:
        found = await introductions(list(dict.fromkeys(proposal_ids)), member.member_id or "", member.subject, uow)
    return Introductions(
        items=[
            IntroductionView(proposal_id=proposal_id, name=contact.name, role=contact.role, email=contact.email)
            for proposal_id, contact in found.items()
        ]
    )

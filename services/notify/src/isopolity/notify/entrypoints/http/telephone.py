"""Answers that members give to staff by telephone, for the page on which staff enters them.

Invariant: a response holds nothing that depends on the other side, so that staff may read it out.
"""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from isopolity.contracts.answers import Choice
from isopolity.machine.clock import day_in
from isopolity.notify.application.telephone import Entry, Line, enter_answer, line_to, list_unconfirmed
from isopolity.notify.domain.telephone import MAX_NAME
from isopolity.notify.entrypoints.http.context import Caller, Notify, Staff
from isopolity.notify.entrypoints.http.own_answers import Member
from isopolity.web.api_documents import refusals
from isopolity.web.rate_limits import refuse_until
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/notify/v1/telephone-answers")

Id = Annotated[str, Path(max_length=128, pattern=r"^[A-Za-z0-9_.:-]+$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME)]


class EnteredAnswer(BaseModel):
    """The last answer of the member that staff entered."""

    model_config = ConfigDict(from_attributes=True)

    choice: Choice
    given_by: str | None
    """Null once the name is erased."""
    taken_by: str | None
    given_on: date
    entered_at: datetime


class OwnTelephoneAnswer(EnteredAnswer):
    """An answer that the member gave by telephone, to one of its proposals."""

    proposal_id: str


class OwnTelephoneAnswers(BaseModel):
    """The last answer by telephone to each proposal of the member."""

    items: list[OwnTelephoneAnswer]


@router.get("")
async def list_own(notify: Notify, member: Member) -> OwnTelephoneAnswers:
    """The answers that the member gave by telephone, as staff entered them."""
    async with notify.reading() as uow:
        found = await uow.calls.of_member(member.member_id or "")
    return OwnTelephoneAnswers(items=[OwnTelephoneAnswer.model_validate(each) for each in found])


class UnconfirmedAnswer(BaseModel):
    """A yes by telephone that no contact of the member has confirmed."""

    proposal_id: str
    member_kind: str
    member_id: str
    member: str
    entered_at: datetime
    answer_by: datetime = Field(description="The last second in which this member may answer.")


class UnconfirmedAnswers(BaseModel):
    """Yeses by telephone that no contact has confirmed, the oldest first."""

    items: list[UnconfirmedAnswer]


@router.get("/unconfirmed", operation_id="telephone-answers.unconfirmed")
async def list_all_unconfirmed(notify: Notify, _staff: Staff) -> UnconfirmedAnswers:
    """Yeses that staff entered and that count once a contact of the member confirms them, while it may answer."""
    async with notify.reading() as uow:
        found = await list_unconfirmed(uow, notify.clock())
    return UnconfirmedAnswers(
        items=[
            UnconfirmedAnswer(
                proposal_id=each.call.proposal_id,
                member_kind=each.member_kind,
                member_id=each.call.member_id,
                member=each.member,
                entered_at=each.call.entered_at,
                answer_by=each.answer_by,
            )
            for each in found
        ]
    )


class TelephoneLine(BaseModel):
    """A proposal to a member and the member's answers to it, for staff that enters an answer by telephone."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"member": "Espoo", "other": "Fez", "answer": None, "is_final": False, "takes_answers": True,
                 "answer_by": "2026-12-18T21:59:59Z", "time_zone": "Europe/Helsinki", "earliest_day": "2026-11-27",
                 "latest_day": "2026-12-02", "contacts": 2, "needs_approver": False, "entered": None,
                 "is_unconfirmed": False, "seen": "/"}
            ]
        }
    )  # fmt: skip

    member: str
    other: str
    answer: str | None
    """The answer of the member that counts; null without one, also while a yes is unconfirmed."""
    is_final: bool
    takes_answers: bool
    answer_by: datetime = Field(description="The last second in which this member may answer.")
    time_zone: str | None = None
    earliest_day: date = Field(description="Of a call: the day on which the proposal went out.")
    latest_day: date = Field(description="Of a call: today, where the member is.")
    contacts: int = Field(description="The contacts that are mailed: all of the member that have confirmed an address.")
    needs_approver: bool = Field(description="Whether an approver of the member has to confirm a yes.")
    entered: EnteredAnswer | None = None
    is_unconfirmed: bool = Field(description="Whether the last entry is a yes that no contact has confirmed.")
    seen: str = Field(description="The state of the member's answers; send it with an entry.")

    @classmethod
    def of(cls, line: Line, now: datetime) -> Self:
        """The view of the line at this moment."""
        standing, answer = line.standing, line.standing.answer
        side, is_final = standing.side, answer is not None and answer.final
        return cls(
            member=side.name,
            other=standing.other.name,
            answer=None if answer is None else answer.choice,
            is_final=is_final,
            takes_answers=standing.takes_answers and not is_final,
            answer_by=standing.proposal.answers_until(side.side),
            time_zone=side.time_zone,
            earliest_day=day_in(standing.proposal.issued_at, side.time_zone),
            latest_day=day_in(now, side.time_zone),
            contacts=len(line.contacts),
            needs_approver=line.needs_approver,
            entered=None if line.call is None else EnteredAnswer.model_validate(line.call),
            is_unconfirmed=line.is_unconfirmed,
            seen=line.seen,
        )


class TelephoneAnswerOrder(BaseModel):
    """An answer by telephone: who gave it, to whom, and on which day."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"choice": "later", "given_by": "Aino Laine", "taken_by": "Otto Berg", "given_on": "2026-12-01",
                 "seen": "/"}
            ]
        },
    )  # fmt: skip

    choice: Literal["yes", "no", "later"]
    given_by: Name = Field(description="Who called for the member.")
    taken_by: Name = Field(description="Who of the office took the call.")
    given_on: date
    seen: str = Field(max_length=300, description="As in the answer that the form was made from.")


@router.get("/{proposal_id}/{member_id}", operation_id="telephone-answers.read")
async def read(notify: Notify, _staff: Staff, proposal_id: Id, member_id: Id) -> TelephoneLine:
    """The member's answers to the proposal, and whether staff can enter one; staff may read all of it out."""
    async with notify.reading() as uow:
        return TelephoneLine.of(await line_to(proposal_id, member_id, uow, now := notify.clock()), now)


@router.post("/{proposal_id}/{member_id}", operation_id="telephone-answers.create", responses=refusals(409, 412, 429))
async def create(
    notify: Notify, staff: Caller, proposal_id: Id, member_id: Id, order: TelephoneAnswerOrder
) -> TelephoneLine:
    """Enter an answer that the member gave by telephone; all its contacts are mailed.

    `no` and `later` count at once, `yes` once a contact confirms it by the mailed link. The same entry again does
    nothing. 412 if the member has answered since `seen`.
    """
    refuse_until(notify.entries.take(staff.subject), "You have entered many answers in a short time")
    entry = Entry(
        choice=Choice(order.choice),
        given_by=order.given_by,
        taken_by=order.taken_by,
        given_on=order.given_on,
        seen=order.seen,
    )
    async with notify.unit_of_work() as uow:
        await enter_answer(proposal_id, member_id, entry, uow, notify.ids)
        line = TelephoneLine.of(await line_to(proposal_id, member_id, uow, now := notify.clock()), now)
        await uow.commit()
    return line

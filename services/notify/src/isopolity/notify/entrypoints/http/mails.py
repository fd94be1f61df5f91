"""`/notify/v1/mails`: lists of mails, single mails, decisions about unknown ones, and the end of a link.

Invariant: only staff sees names, addresses and who asked to be introduced, so operators see no contact of a mail whose
member they may not see.
"""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, computed_field

from isopolity.notify.application import mails as handlers
from isopolity.notify.application import resubmission
from isopolity.notify.application.mails import Decision
from isopolity.notify.domain.mail import MailState, Purpose
from isopolity.notify.domain.mail_reasons import in_words
from isopolity.notify.domain.proposal import EndedInterest, EndedPartnership, Proposal
from isopolity.notify.entrypoints.http.context import STAFF, Notify, Operator, Publisher, Resolver, Staff, no_mail
from isopolity.web.paging import one_page
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import refusal

router = ServiceRouter(prefix="/notify/v1/mails")

Named = Annotated[str | None, BeforeValidator(lambda text: text or None)]
"""A text that may be missing; the ledger keeps an empty one."""


class MailOut(BaseModel):
    """A mail's entry in the ledger."""

    model_config = ConfigDict(from_attributes=True)

    mail_id: str
    proposal_id: str | None
    """Null in a mail about an interest, which has no side, or one with a secret, which has no contact either."""
    side: Named
    purpose: Purpose
    contact_id: Named
    """For staff, and for operators where they may see the member."""
    state: MailState
    version: int
    attempts: int
    reason: str | None
    created_at: datetime
    updated_at: datetime
    due_at: datetime
    link_voided_at: datetime | None
    """When staff ended the mail's answer link."""
    member_id: str | None = None
    """The id of the member that it goes to; only staff sees who asked to be introduced."""
    answer_by: datetime | None = None
    """The last second of the day to answer of its side; None in other mails."""
    member: str | None = None
    """The name of the member that it goes to; for staff only, as the next."""
    other: str | None = None
    """The name of the other member that it mentions."""

    @computed_field
    def why(self) -> str | None:
        """The reason in a sentence; null where there is none, or a later release has given it."""
        return in_words(self.reason)

    def about(self, subject: Proposal | EndedPartnership | EndedInterest | None, *, is_staff: bool) -> Self:
        """The entry with the member and the deadline, taken from its subject; for staff with both names."""
        if is_staff and isinstance(subject, EndedInterest):
            return self.model_copy(update=_about_interest(subject))
        if isinstance(subject, EndedInterest) or subject is None or self.side is None:
            return self if is_staff else self.model_copy(update={"contact_id": None})
        own, other = subject.side(self.side), subject.other_side(self.side)
        answer_by = subject.answers_until(self.side) if isinstance(subject, Proposal) else None
        names = {"member": own.name, "other": other.name} if is_staff else {}
        is_hidden = not is_staff and _was_asked_for(subject)
        member = {"contact_id": None} if is_hidden else {"member_id": own.member_id}
        return self.model_copy(update={**names, **member, "answer_by": answer_by})


def _was_asked_for(subject: Proposal | EndedPartnership) -> bool:
    """Whether one side has asked to be introduced: it gets no proposal mail, so a recipient reveals who asked."""
    return isinstance(subject, Proposal) and subject.asked_by is not None


def _about_interest(interest: EndedInterest) -> dict[str, str]:
    return {"member_id": interest.member_id, "member": interest.member_name, "other": interest.other_name}


class Recipient(BaseModel):
    """The recipient of a mail."""

    name: str
    email: str
    role: str


class MailDetail(MailOut):
    """A mail's entry; `recipient` for staff only, and while the contact is known."""

    recipient: Recipient | None = None


class MailPage(BaseModel):
    """A page of mails, the newest first; `next` is the cursor of the next page."""

    items: list[MailOut]
    next: str | None


class Resolution(BaseModel):
    """`sent`: it was sent after all. `send-again`: send it again, perhaps twice."""

    model_config = ConfigDict(populate_by_name=True, json_schema_extra={"examples": [{"as": "sent"}]})

    decision: Decision = Field(alias="as")


@router.get("")
async def list_mails(
    reader: Operator,
    notify: Notify,
    outcome: MailState | None = None,
    proposal_id: Annotated[list[str] | None, Query(max_length=200, description="Of these proposals only")] = None,
    contact_id: Annotated[
        list[str] | None, Query(max_length=200, description="To these contacts only; for staff")
    ] = None,
    cursor: Annotated[str | None, Query(max_length=128)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> MailPage:
    """Mails by state, the newest first; staff also sees the names of members."""
    if contact_id and STAFF not in reader.scopes:
        raise refusal(reader, [STAFF])
    found = await notify.mails.page(
        state=outcome, occasions=proposal_id, contact_ids=contact_id, before=cursor, limit=limit + 1
    )
    mails, following = one_page(found, limit, lambda mail: mail.mail_id)
    known, is_staff = await notify.mails.subjects(mails), STAFF in reader.scopes
    items = [MailOut.model_validate(mail).about(known.get(mail.mail_id), is_staff=is_staff) for mail in mails]
    return MailPage(items=items, next=following)


@router.get("/{mail_id}")
async def show_mail(mail_id: str, reader: Operator, notify: Notify) -> MailDetail:
    """One mail; staff also sees its recipient."""
    mail = await notify.mails.get(mail_id)
    if mail is None:
        raise no_mail()
    detail, is_staff = MailDetail.model_validate(mail), STAFF in reader.scopes
    if is_staff and (contact := await notify.mails.recipient(mail)) is not None:
        detail.recipient = Recipient(name=contact.name, email=contact.email, role=contact.role)
    return detail.about((await notify.mails.subjects([mail])).get(mail_id), is_staff=is_staff)


@router.post("/{mail_id}/resolve")
async def resolve_mail(mail_id: str, resolution: Resolution, reader: Resolver, notify: Notify) -> MailOut:
    """Decide about a mail of which it is unknown whether it was sent."""
    async with notify.unit_of_work() as uow:
        resolved = await handlers.resolve_mail(mail_id, resolution.decision, uow, notify.clock)
        await uow.commit()
    subject = (await notify.mails.subjects([resolved])).get(mail_id)
    return MailOut.model_validate(resolved).about(subject, is_staff=STAFF in reader.scopes)


@router.post("/{mail_id}/void-link")
async def void_link(mail_id: str, _staff: Publisher, notify: Notify) -> MailOut:
    """End the answer link of a mail about a proposal or an answer by telephone, for good.

    For a link that got into the wrong hands.
    """
    async with notify.unit_of_work() as uow:
        voided = await handlers.void_link(mail_id, uow, notify.clock)
        await uow.commit()
    return MailOut.model_validate(voided)


class Addressee(BaseModel):
    """The contact to which a mail is sent again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contact_id: str | None = Field(
        default=None, max_length=100, description="One of the member's contacts; by default the one that mails go to"
    )


@router.post("/{mail_id}/mail-again")
async def mail_again(mail_id: str, _staff: Publisher, notify: Notify, wanted: Addressee | None = None) -> MailOut:
    """Send the mail of a proposal to the member's present contact; the earlier link ends. Returns the new mail."""
    async with notify.unit_of_work() as uow:
        fresh = await resubmission.mail_again(
            mail_id, uow, notify.clock, notify.ids, wanted.contact_id if wanted else None
        )
        await uow.commit()
    return MailOut.model_validate(fresh)


feedback = ServiceRouter(prefix="/notify/v1/feedback")


class FeedbackMember(BaseModel):
    """A member of the proposal that was answered."""

    model_config = ConfigDict(from_attributes=True)

    member_kind: str
    member_id: str
    name: str


class FeedbackOut(BaseModel):
    """The words of one side with its answer."""

    model_config = ConfigDict(from_attributes=True)

    response_id: str
    proposal_id: str
    side: str
    choice: str
    reason: str
    answered_at: datetime
    member: FeedbackMember | None = None
    """The member whose contact wrote it; null where the proposal is not known any more."""
    other: FeedbackMember | None = None
    """The member of the other side."""

    def of(self, proposal: Proposal | None) -> Self:
        """The words with both members, from the proposal."""
        if proposal is None:
            return self
        sides = {"member": proposal.side(self.side), "other": proposal.other_side(self.side)}
        return self.model_copy(update={name: FeedbackMember.model_validate(side) for name, side in sides.items()})


class FeedbackPage(BaseModel):
    """A page of feedback, the newest first; `next` is the cursor of the next page."""

    items: list[FeedbackOut]
    next: str | None


@feedback.get("")
async def list_feedback(
    _staff: Staff,
    notify: Notify,
    cursor: Annotated[str | None, Query(max_length=128)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> FeedbackPage:
    """Words that people wrote with their answers, the newest first."""
    found = await notify.feedback.page(before=cursor, limit=limit + 1)
    entries, following = one_page(found, limit, lambda entry: entry.response_id)
    resubmission = await notify.feedback.proposals(entries)
    items = [FeedbackOut.model_validate(entry).of(resubmission.get(entry.proposal_id)) for entry in entries]
    return FeedbackPage(items=items, next=following)

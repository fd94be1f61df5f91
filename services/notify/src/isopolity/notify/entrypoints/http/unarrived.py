"""`/notify/v1/unarrived` and `/notify/v1/unreached`: mails that did not arrive, and contacts that mails do not reach.

Invariants: a preview changes nothing, and its answer links do not work. Sending again is previewed in numbers first,
and audited. Unreached contacts are given as ids, roles and codes, never by name or address.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, computed_field

from isopolity.notify.adapters.sql.unarrived import Wanted
from isopolity.notify.application.resubmission import Fate, fates, preview, reasons, send_again
from isopolity.notify.domain.mail import MailState, Purpose
from isopolity.notify.domain.mail_reasons import STALE, in_words
from isopolity.notify.entrypoints.http.context import Looker, Notify, NotifyContext, Publisher, Staff
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/notify/v1/unarrived")

MOST: Final = 200
"""The most mails that one request sends again."""
_PREVIEWED: Final = 10
"""The number of mails whose texts a preview includes."""
Reason = Annotated[str, StringConstraints(min_length=1, max_length=64)]
MailId = Annotated[str, StringConstraints(min_length=1, max_length=128)]


class Selection(BaseModel):
    """Mails with these ids, or those that did not arrive by reason, purpose and time; by default, all of them."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "smtp-550"}]})

    mail_ids: Annotated[list[MailId], Field(max_length=MOST)] | None = None
    reason: Reason | None = None
    """A code of the ledger. Stale mails are selected by their reason only."""
    purpose: Purpose | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    """Only mails that ended before this moment."""
    after: MailId | None = None
    """Only mails that follow this one: the `next` of the answer before."""

    def wanted(self) -> Wanted:
        """The selection as the queries take it."""
        return Wanted(**self.model_dump(exclude={"mail_ids"}))


class ReasonOut(BaseModel):
    """How many mails did not arrive for one reason."""

    reason: str
    why: str | None
    """The reason in a sentence."""
    is_stale: bool
    """Whether they were not sent because their words were no longer true."""
    mails: int


class HourOut(BaseModel):
    """The number of mails that ended in one hour without arriving."""

    since: datetime
    until: datetime
    mails: int


class Unarrived(BaseModel):
    """Mails that did not arrive; stale ones are in `reasons` only."""

    mails: int
    reasons: list[ReasonOut]
    hours: list[HourOut]
    """The newest first; of the newest 10,000 mails."""


class Kept(BaseModel):
    """Mails that are not sent again, for one reason."""

    why: str
    mails: int


class SentAgain(BaseModel):
    """The result for the first mails of a selection: `goes` of them are sent again, others not."""

    goes: int
    kept: list[Kept]
    left: int
    """Mails of the selection beyond the first 200."""
    next: str | None
    """The last of the first 200 mails, to continue after; null if there are no more."""


class AgainOut(BaseModel):
    """A mail of the selection, with `subject` and `text` if it would be sent and they can be previewed."""

    mail_id: str
    purpose: Purpose
    state: MailState
    updated_at: datetime
    reason: str | None
    why: str | None
    why_not: str | None
    """Why it would not be sent; null if it would be."""
    recipient: str | None = None
    email: str | None = None
    subject: str | None = None
    text: str | None = None


class AgainPreview(SentAgain):
    """The effect of sending a selection again, and its first mails."""

    mails: list[AgainOut]


async def _filters(
    reason: Annotated[str | None, Query(max_length=64)] = None,
    purpose: Purpose | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> Wanted:
    return Wanted(reason=reason, purpose=purpose, since=since, until=until)


@router.get("")
async def list_unarrived(_staff: Staff, notify: Notify, wanted: Annotated[Wanted, Depends(_filters)]) -> Unarrived:
    """The number of mails that did not arrive, by reason and by hour, without those that another one has replaced."""
    by_reason, by_hour = await notify.unarrived.by_reason(wanted), await notify.unarrived.by_hour(wanted)
    return Unarrived(
        mails=await notify.unarrived.count(wanted),
        reasons=[
            ReasonOut(reason=reason, why=in_words(reason), is_stale=reason in STALE, mails=count)
            for reason, count in by_reason.items()
        ],
        hours=[HourOut(since=hour, until=hour + timedelta(hours=1), mails=count) for hour, count in by_hour.items()],
    )


@router.post("/preview")
async def preview_again(selection: Selection, _staff: Looker, notify: Notify) -> AgainPreview:
    """Preview sending these mails again: how many would be sent, why others would not, and the texts of the first ones.

    Answer links in the texts do not work. Letters of the office have no text here, since registry stores it.
    """
    mail_ids, left = await _selected(selection, notify)
    async with notify.reading() as uow:
        found = await fates(mail_ids, uow, notify.clock(), notify.ids)
    first = [_previewed(fate, notify) for fate in found[:_PREVIEWED]]
    return AgainPreview(**_counted(found, left).model_dump(), mails=first)


@router.post("/again")
async def again(selection: Selection, _staff: Publisher, notify: Notify) -> SentAgain:
    """Send these mails again, at most 200; continue after `next` with the others.

    Mails whose words are no longer true are not sent, nor those whose readers can request another link.
    """
    mail_ids, left = await _selected(selection, notify)
    async with notify.unit_of_work() as uow:
        found = await send_again(mail_ids, uow, notify.clock, notify.ids)
        await uow.commit()
    return _counted(found, left)


async def _selected(selection: Selection, notify: NotifyContext) -> tuple[Sequence[str], int]:
    """The ids of the first `MOST` mails of the selection, and the number of further ones."""
    if selection.mail_ids is not None:
        return list(dict.fromkeys(selection.mail_ids)), 0
    wanted = selection.wanted()
    mail_ids = await notify.unarrived.ids(wanted, MOST)
    return mail_ids, await notify.unarrived.count(wanted) - len(mail_ids)


def _counted(found: Sequence[Fate], left: int) -> SentAgain:
    kept = [Kept(why=why, mails=count) for why, count in sorted(reasons(found).items())]
    following = found[-1].mail.mail_id if found and left > 0 else None
    return SentAgain(goes=sum(fate.fresh is not None for fate in found), kept=kept, left=max(left, 0), next=following)


def _previewed(fate: Fate, notify: NotifyContext) -> AgainOut:
    mail, rendered = fate.mail, preview(fate, notify.writer)
    recipient = fate.subject.recipient if fate.subject else None
    return AgainOut(
        mail_id=mail.mail_id,
        purpose=mail.purpose,
        state=mail.state,
        updated_at=mail.updated_at,
        reason=mail.reason,
        why=in_words(mail.reason),
        why_not=fate.why_not,
        recipient=recipient.name if recipient else None,
        email=recipient.email if recipient else None,
        subject=rendered.subject if rendered else None,
        text=rendered.text if rendered else None,
    )


unreached_router = ServiceRouter(prefix="/notify/v1/unreached")


class UnreachedOut(BaseModel):
    """A contact whose latest mails failed or came back."""

    model_config = ConfigDict(from_attributes=True)

    member_kind: str
    member_id: str
    contact_id: str
    role: str
    mail_id: str
    """The last mail that was lost."""
    purpose: str
    reason: str | None
    since: datetime
    """When the first of them was lost."""
    mails: int
    """The number of lost mails."""

    @computed_field
    def why(self) -> str | None:
        """The reason in a sentence, where it is known."""
        return in_words(self.reason)


class UnreachedList(BaseModel):
    """Unreached contacts, the longest unreached first."""

    items: list[UnreachedOut]


@unreached_router.get("")
async def list_unreached(
    _staff: Staff, notify: Notify, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> UnreachedList:
    """Contacts of the first `limit` lost mails after which none arrived."""
    found = await notify.unreached.all(limit)
    return UnreachedList(items=[UnreachedOut.model_validate(each) for each in found])

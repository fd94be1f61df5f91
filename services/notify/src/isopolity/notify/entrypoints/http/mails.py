"""The ledger over HTTP: lists of mails, one mail, the decision about one that is unknown, and the end of a link.

Invariant: names and addresses are shown to staff only.
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from isopolity.notify.adapters.sql.queries import MailQueries
from isopolity.notify.application.decisions import Decision, Resolving
from isopolity.notify.domain.errors import UnknownMail, WrongTransition
from isopolity.notify.domain.mail import Mail, MailState, Purpose
from isopolity.web.problems import Problem
from isopolity.web.security import require
from isopolity.web.tokens import Principal

Staff = Annotated[Principal, Depends(require("staff"))]
Named = Annotated[str | None, BeforeValidator(lambda text: text or None)]
"""A text that may be missing; the ledger keeps an empty one."""
Reader = Annotated[Principal, Depends(require("staff", "operator"))]


class MailOut(BaseModel):
    """A mail's entry in the ledger."""

    model_config = ConfigDict(from_attributes=True)

    mail_id: str
    proposal_id: str | None
    """None in a mail that confirms an applicant's address; it has neither side nor contact."""
    side: Named
    purpose: Purpose
    contact_id: Named
    state: MailState
    version: int
    attempts: int
    reason: str | None
    created_at: datetime
    updated_at: datetime
    due_at: datetime
    link_voided_at: datetime | None
    """When staff ended the mail's answer link."""


class Recipient(BaseModel):
    """To whom a mail goes."""

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
    """`sent`: it went out after all. `send-again`: send it, at the risk of a double."""

    model_config = ConfigDict(populate_by_name=True, json_schema_extra={"examples": [{"as": "sent"}]})

    decision: Decision = Field(alias="as")


def mail_router(queries: MailQueries, resolving: Resolving) -> APIRouter:
    """The routes under `/notify/v1/mails`."""
    router = APIRouter(prefix="/notify/v1/mails", tags=["mails"])

    @router.get("")
    async def list_mails(
        _reader: Reader,
        outcome: MailState | None = None,
        cursor: Annotated[str | None, Query(max_length=128)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> MailPage:
        """Mails by state, the newest first."""
        mails = await queries.page(state=outcome, before=cursor, limit=limit + 1)
        items = [MailOut.model_validate(mail) for mail in mails[:limit]]
        return MailPage(items=items, next=items[-1].mail_id if len(mails) > limit else None)

    @router.get("/{mail_id}")
    async def show_mail(mail_id: str, reader: Reader) -> MailDetail:
        """One mail; staff also sees to whom it goes."""
        mail = await queries.get(mail_id)
        if mail is None:
            raise _not_found()
        detail = MailDetail.model_validate(mail)
        if "staff" in reader.scopes:
            detail.recipient = await _recipient(mail, queries)
        return detail

    @router.post("/{mail_id}/resolve")
    async def resolve_mail(mail_id: str, resolution: Resolution, _reader: Reader) -> MailOut:
        """Decide about a mail of which it is unknown whether it went out."""
        try:
            return MailOut.model_validate(await resolving.resolve(mail_id, resolution.decision))
        except UnknownMail:
            raise _not_found() from None
        except WrongTransition as error:
            raise Problem(409, str(error), code="mail-not-unknown") from None

    @router.post("/{mail_id}/void-link")
    async def void_link(mail_id: str, _staff: Staff) -> MailOut:
        """End the answer link of a proposal's mail, for good; for a link that got into the wrong hands."""
        try:
            return MailOut.model_validate(await resolving.void_link(mail_id))
        except UnknownMail:
            raise _not_found() from None
        except WrongTransition as error:
            raise Problem(409, str(error), code="mail-without-link") from None

    return router


async def _recipient(mail: Mail, queries: MailQueries) -> Recipient | None:
    contact = await queries.recipient(mail)
    return None if contact is None else Recipient(name=contact.name, email=contact.email, role=contact.role)


def _not_found() -> Problem:
    return Problem(404, "No mail with this id stands in the ledger; list them under /notify/v1/mails.", code="no-mail")

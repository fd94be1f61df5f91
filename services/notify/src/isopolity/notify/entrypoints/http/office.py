"""Orders of staff that concern no single mail: preview a proposal's mails, remind members, try the mail server."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from isopolity.contracts.matching import ProposalState
from isopolity.messaging.errors import PoisonMessage
from isopolity.notify.application.mails import remind
from isopolity.notify.application.previews import preview_mails
from isopolity.notify.entrypoints.http.context import Looker, Notify, Operator, Publisher, Resolver
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter

mail_server_router = ServiceRouter(prefix="/notify/v1/mail-server")


class MailServerOut(BaseModel):
    """The state of the mail server now."""

    model_config = ConfigDict(from_attributes=True)

    away_since: datetime | None
    """When it stopped accepting mails; null while it accepts them."""
    reason: str | None
    """A code such as `connect-lost`, `connect-smtp-535` (it refuses the login) or `smtp-421`."""
    try_at: datetime | None
    """Time of the next try; null while it accepts mails."""
    answered_at: datetime | None
    """Time of the last mail that it accepted, or of its last answer."""


@mail_server_router.get("", operation_id="mail-server.read")
async def show_mail_server(_reader: Operator, notify: Notify) -> MailServerOut:
    """Whether the mail server accepts mails; if not, since when, why, and when it is tried next."""
    async with notify.reading() as uow:
        return MailServerOut.model_validate(await uow.mail_server.get())


@mail_server_router.post("/try")
async def try_mail_server(_decider: Resolver, notify: Notify) -> MailServerOut:
    """Try the mail server at once, before its next try is due; read the result a moment later."""
    now = notify.clock()
    async with notify.unit_of_work() as uow:
        known = await uow.mail_server.change(lambda server: server.tried_at_once(now))
        uow.audit.note("mail-server", "", details={"tried": True})
        await uow.commit()
    return MailServerOut.model_validate(known)


previews_router = ServiceRouter(prefix="/notify/v1/previews")


class MailPreviewOut(BaseModel):
    """A mail as its reader would see it."""

    model_config = ConfigDict(from_attributes=True)

    side: str
    recipient: str
    subject: str
    text: str


@previews_router.post("")
async def preview(notify: Notify, _: Looker, proposal: ProposalState) -> list[MailPreviewOut]:
    """The mails of this proposal, which comes from `/matching/v1/drafts/{round_id}/preview` of matching.

    Nothing is kept or sent, and the answer links lead nowhere.
    """
    async with notify.reading() as uow:
        try:
            mails = await preview_mails(proposal, notify.writer, uow, notify.clock())
        except PoisonMessage as error:
            raise Problem(422, str(error), code="invalid-request") from error
    return [MailPreviewOut.model_validate(mail) for mail in mails]


reminders_router = ServiceRouter(prefix="/notify/v1/nudges")

MemberId = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9_.:-]+$")]


class Nudge(BaseModel):
    """The members that are to be reminded."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"member_ids": ["espoo"]}]})

    member_ids: Annotated[list[MemberId], Field(min_length=1, max_length=200)]


class Nudged(BaseModel):
    """The number of reminded members."""

    nudged: int
    already: int
    """Members that had been reminded in the last week already."""
    without_contact: int
    outcomes: dict[str, str]
    """By member: `reminded`, `already`, or `without-contact`, if none of its contacts is confirmed."""


@reminders_router.post("")
async def remind_members(
    wanted: Nudge,
    _staff: Publisher,
    notify: Notify,
    dry_run: Annotated[bool, Query(description="Mail nothing, and answer what would become of each")] = False,
) -> Nudged:
    """Mail to the first contact of each member: to sign in, look at the profile, and answer; once a week at most."""
    async with notify.unit_of_work() as uow:
        done = await remind(wanted.member_ids, uow, notify.clock, notify.ids)
        if not dry_run:
            await uow.commit()
    return Nudged(
        nudged=done.reminded,
        already=done.already,
        without_contact=done.without_contact,
        outcomes=dict(done.outcomes),
    )

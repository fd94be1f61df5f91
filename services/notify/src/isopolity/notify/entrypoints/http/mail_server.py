"""`/notify/v1/mail-server`: whether the mail server takes mails, and the order to try it at once."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from isopolity.notify.entrypoints.http.context import Notify, Operator, Resolver
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/notify/v1/mail-server")


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


@router.get("", operation_id="mail-server.read")
async def show_mail_server(_reader: Operator, notify: Notify) -> MailServerOut:
    """Whether the mail server accepts mails; if not, since when, why, and when it is tried next."""
    async with notify.reading() as uow:
        return MailServerOut.model_validate(await uow.mail_server.get())


@router.post("/try")
async def try_mail_server(_decider: Resolver, notify: Notify) -> MailServerOut:
    """Try the mail server at once, before its next try is due; read the result a moment later."""
    now = notify.clock()
    async with notify.unit_of_work() as uow:
        known = await uow.mail_server.change(lambda server: server.tried_at_once(now))
        uow.audit.note("mail-server", "", details={"tried": True})
        await uow.commit()
    return MailServerOut.model_validate(known)

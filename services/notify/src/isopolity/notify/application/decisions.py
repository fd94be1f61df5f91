"""Decisions of people about a mail: whether an unknown one went out, and that its answer link ends."""

from enum import StrEnum

from isopolity.clock import Clock
from isopolity.notify.application.mails import publish_outcomes
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.domain.errors import MailNotUnknown, MailWithoutLink, UnknownMail
from isopolity.notify.domain.mail import Mail, MailState, Purpose


class Decision(StrEnum):
    """What the person found out, or risks."""

    SENT = "sent"
    SEND_AGAIN = "send-again"


async def resolve_mail(mail_id: str, decision: Decision, uow: NotifyUnitOfWork, clock: Clock) -> Mail:
    """Apply the decision. Raises UnknownMail, or MailNotUnknown."""
    mail = await _mail(mail_id, uow)
    if mail.state is not MailState.UNKNOWN:
        raise MailNotUnknown(f"Only a mail that is unknown can be resolved; this one is {mail.state}.")
    now = clock()
    resolved = mail.sent(now) if decision is Decision.SENT else mail.send_again(now)
    await uow.mails.save([resolved])
    uow.audit.note("mail", mail_id, before={"state": mail.state}, after={"state": resolved.state})
    publish_outcomes([resolved], uow.outbox)
    return resolved


async def void_link(mail_id: str, uow: NotifyUnitOfWork, clock: Clock) -> Mail:
    """End the answer link of a mail, for good. Raises UnknownMail, or MailWithoutLink."""
    mail = await _mail(mail_id, uow)
    if mail.purpose is not Purpose.PROPOSAL:
        raise MailWithoutLink(f"Only the mail of a proposal has an answer link; this one is a {mail.purpose}.")
    voided = mail.link_voided(clock())
    await uow.mails.save([voided])
    uow.audit.note(
        "mail",
        mail_id,
        before={"link_voided_at": mail.link_voided_at},
        after={"link_voided_at": voided.link_voided_at},
    )
    return voided


async def _mail(mail_id: str, uow: NotifyUnitOfWork) -> Mail:
    mail = await uow.mails.get(mail_id)
    if mail is None:
        raise UnknownMail("No mail with this id stands in the ledger.")
    return mail

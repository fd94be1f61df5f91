"""Decisions of people about a mail: whether an unknown one went out, and that its answer link ends."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from isopolity.clock import Clock
from isopolity.notify.application.deliveries import publish_outcomes
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.domain.errors import UnknownMail, WrongTransition
from isopolity.notify.domain.mail import Mail, MailState, Purpose


class Decision(StrEnum):
    """What the person found out, or risks."""

    SENT = "sent"
    SEND_AGAIN = "send-again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolving:
    """The use cases of people who look after the ledger."""

    unit_of_work: Callable[[], NotifyUnitOfWork]
    clock: Clock

    async def resolve(self, mail_id: str, decision: Decision) -> Mail:
        """Apply the decision. Raises UnknownMail, or WrongTransition when the mail is not unknown."""
        async with self.unit_of_work() as unit_of_work:
            mail = await unit_of_work.mails.get(mail_id)
            if mail is None:
                raise UnknownMail("No mail with this id stands in the ledger.")
            if mail.state is not MailState.UNKNOWN:
                raise WrongTransition(f"Only a mail that is unknown can be resolved; this one is {mail.state}.")
            now = self.clock()
            resolved = mail.sent(now) if decision is Decision.SENT else mail.send_again(now)
            await unit_of_work.mails.save([resolved])
            unit_of_work.audit.note("mail", mail_id, before={"state": mail.state}, after={"state": resolved.state})
            publish_outcomes([resolved], unit_of_work.outbox)
            await unit_of_work.commit()
        return resolved

    async def void_link(self, mail_id: str) -> Mail:
        """End the answer link of a mail, for good. Raises UnknownMail, or WrongTransition if the mail has none."""
        async with self.unit_of_work() as unit_of_work:
            mail = await unit_of_work.mails.get(mail_id)
            if mail is None:
                raise UnknownMail("No mail with this id stands in the ledger.")
            if mail.purpose is not Purpose.PROPOSAL:
                raise WrongTransition(f"Only the mail of a proposal has an answer link; this one is a {mail.purpose}.")
            voided = mail.link_voided(self.clock())
            await unit_of_work.mails.save([voided])
            unit_of_work.audit.note(
                "mail",
                mail_id,
                before={"link_voided_at": mail.link_voided_at},
                after={"link_voided_at": voided.link_voided_at},
            )
            await unit_of_work.commit()
        return voided

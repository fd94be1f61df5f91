"""Mails in the ledger: new ones, their published outcomes, and people's decisions about them.

Invariant: a published delivery holds ids and codes, never an address.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from isopolity.contracts.catalogue import DELIVERY
from isopolity.contracts.event import Lineage
from isopolity.contracts.notify import DeliveryState
from isopolity.identity.lineage import current_lineage, lineage_of
from isopolity.machine.clock import Clock, IdFactory
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.domain.errors import DeliveryProblem, MailNotUnknown, MailWithoutLink, UnknownMail
from isopolity.notify.domain.mail import FROM_OFFICE, OVER, PUBLISHED, Mail, MailState, Purpose
from isopolity.persistence.unit_of_work import Outbox

Outcomes = dict[str, DeliveryProblem | None]
"""By mail id, the problem that a mail met; None means success."""


def new_mail(
    mail_id: str,
    occasion_id: str,
    purpose: Purpose,
    lineage: Lineage,
    now: datetime,
    *,
    side: str = "",
    contact_id: str = "",
) -> Mail:
    """A mail that is due now; `lineage` names its cause."""
    return Mail(
        mail_id=mail_id,
        occasion_id=occasion_id,
        side=side,
        purpose=purpose,
        contact_id=contact_id,
        created_at=now,
        due_at=now,
        updated_at=now,
        correlation_id=lineage.correlation_id,
        causation_id=lineage.causation_id,
        traceparent=lineage.traceparent,
    )


def publish_outcomes(mails: Iterable[Mail], outbox: Outbox) -> int:
    """Publish the outcomes of mails about proposals, under the lineage of each mail; returns how many."""
    published = 0
    for mail in mails:
        if mail.state in PUBLISHED and mail.proposal_id is not None:
            published += 1
            with lineage_of(Lineage(mail.correlation_id, mail.causation_id, mail.traceparent)):
                outbox.publish(DELIVERY.type_named(mail.state), _delivery(mail))
    return published


async def note_ended(mails: Iterable[Mail], uow: NotifyUnitOfWork) -> None:
    """Record those of the mails that are letters of the office and have ended, so that registry is told."""
    ended = [mail for mail in mails if mail.purpose in FROM_OFFICE and mail.state in OVER]
    if ended:
        await uow.ended_letters.add({mail.occasion_id: mail.updated_at for mail in ended})


def _delivery(mail: Mail) -> DeliveryState:
    return DeliveryState(
        message_id=mail.mail_id,
        version=mail.version,
        purpose=mail.purpose,
        proposal_id=mail.occasion_id,
        side=mail.side,
        contact_id=mail.contact_id or None,
        outcome=mail.state,
        attempts=mail.attempts,
        reason=mail.reason,
        at=mail.updated_at,
    )


class Decision(StrEnum):
    """A person's decision about a mail of unknown outcome: it arrived, or it is sent again and may arrive twice."""

    SENT = "sent"
    SEND_AGAIN = "send-again"


async def resolve_mail(mail_id: str, decision: Decision, uow: NotifyUnitOfWork, clock: Clock) -> Mail:
    """Apply the decision. Raises UnknownMail, or MailNotUnknown."""
    mail = await mail_in(mail_id, uow)
    if mail.state is not MailState.UNKNOWN:
        raise MailNotUnknown(f"Only a mail that is unknown can be resolved; this one is {mail.state}.")
    now = clock()
    resolved = mail.sent(now) if decision is Decision.SENT else mail.send_again(now)
    await uow.mails.save([resolved])
    uow.audit.note("mail", mail_id, before={"state": mail.state}, after={"state": resolved.state})
    publish_outcomes([resolved], uow.outbox)
    await note_ended([resolved], uow)
    return resolved


async def void_link(mail_id: str, uow: NotifyUnitOfWork, clock: Clock) -> Mail:
    """End the answer link of a mail, for good. Raises UnknownMail, or MailWithoutLink."""
    mail = await mail_in(mail_id, uow)
    if mail.purpose not in {Purpose.PROPOSAL, Purpose.TELEPHONE}:
        raise MailWithoutLink(
            "Only mails about a proposal or an answer by telephone have an answer link; "
            f"this one's purpose is {mail.purpose}."
        )
    voided = mail.link_voided(clock())
    await uow.mails.save([voided])
    uow.audit.note(
        "mail", mail_id, before={"link_voided_at": mail.link_voided_at}, after={"link_voided_at": voided.link_voided_at}
    )
    return voided


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """The result of reminding members."""

    outcomes: Mapping[str, str]
    """`reminded`, `already` (within the last week) or `without-contact`, by member."""

    def count(self, outcome: str) -> int:
        """The number of members with this outcome."""
        return sum(each == outcome for each in self.outcomes.values())

    @property
    def reminded(self) -> int:
        return self.count("reminded")

    @property
    def already(self) -> int:
        """Members that had been reminded in the last week already."""
        return self.count("already")

    @property
    def without_contact(self) -> int:
        return self.count("without-contact")


async def remind(member_ids: Sequence[str], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory) -> Reminded:
    """Enter a mail to the first contact of each of these members; each gets one a week at most."""
    now, wanted = clock(), sorted(set(member_ids))
    contacts = await uow.contacts.first_choices(wanted)
    week = "{}-{}".format(*now.isocalendar()[:2])
    occasions = {sha256(f"{week} {member_id}".encode()).hexdigest(): member_id for member_id in contacts}
    had = {mail.occasion_id for mail in await uow.mails.of_proposals(sorted(occasions), Purpose.REMINDER)}
    fresh = {occasion: contacts[member_id] for occasion, member_id in occasions.items() if occasion not in had}
    lineage = current_lineage()
    mails = [
        new_mail(
            mail_id := ids(),
            occasion,
            Purpose.REMINDER,
            lineage or Lineage(mail_id, None, None),
            now,
            contact_id=contact.contact_id,
        )
        for occasion, contact in sorted(fresh.items())
    ]
    await uow.mails.add(mails)
    for occasion in fresh:
        uow.audit.note("member", occasions[occasion], details={"reminded": True})
    outcomes = dict.fromkeys(wanted, "without-contact")
    outcomes |= {each: "already" if occasion in had else "reminded" for occasion, each in occasions.items()}
    done = Reminded(outcomes=outcomes)
    if not fresh:
        counted = {"reminded": 0, "already": done.already, "without_contact": done.without_contact}
        uow.audit.note("reminder", "", details=counted)
    return done


async def mail_in(mail_id: str, uow: NotifyUnitOfWork) -> Mail:
    """The mail with this id. Raises UnknownMail."""
    mail = await uow.mails.get(mail_id)
    if mail is None:
        raise UnknownMail("No mail with this id stands in the ledger.")
    return mail

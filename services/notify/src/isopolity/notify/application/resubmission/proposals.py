"""Sends the mail of a proposal again: to the member's present contact, or to another of its contacts.

Invariant: a side has one valid answer link. Entering a new mail ends the links of its earlier mails.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from isopolity.clock import Clock, IdFactory
from isopolity.contracts.event import Lineage
from isopolity.lineage import current_lineage
from isopolity.notify.application.mails import mail_in, new_mail
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.domain.errors import MailNotAgain, ProposalSettled
from isopolity.notify.domain.mail import OPEN, UNDELIVERABLE, Mail, MailState, Purpose
from isopolity.notify.domain.people import Contact
from isopolity.notify.domain.proposal import Proposal


@dataclass(frozen=True, slots=True)
class Fresh:
    """The mail to send, whether the ledger has it already, and the earlier mails whose links end."""

    mail: Mail
    is_known: bool
    earlier: Sequence[Mail]


async def mail_again(
    mail_id: str, uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory, contact_id: str | None = None
) -> Mail:
    """Mail a proposal to the member's present contact, or again to one that it never reached; returns that mail.

    `contact_id` chooses another contact than the default one. Raises UnknownMail, MailNotAgain, ProposalSettled.
    """
    mail = await mail_in(mail_id, uow)
    fresh = await fresh_mail(mail, uow, clock(), ids, contact_id)
    await enter(mail, fresh, uow)
    return fresh.mail


async def fresh_mail(
    mail: Mail, uow: NotifyUnitOfWork, now: datetime, ids: IdFactory, contact_id: str | None = None
) -> Fresh:
    """The mail that would replace this one; nothing is entered. Raises MailNotAgain, ProposalSettled."""
    if mail.purpose is not Purpose.PROPOSAL:
        raise MailNotAgain("Only the mail of a proposal goes to another contact; see POST /notify/v1/unarrived/again.")
    if mail.state in OPEN or mail.state is MailState.UNKNOWN:
        raise MailNotAgain(f"This mail is {mail.state}; what becomes of it is not decided yet.")
    proposal = (await uow.proposals.get([mail.occasion_id]))[mail.occasion_id]
    if not proposal.takes_answers(mail.side, now):
        raise ProposalSettled("This proposal takes no more answers; nothing is mailed about it.")
    answer = await uow.answers.get(mail.occasion_id, mail.side)
    if answer is not None and answer.final:
        raise MailNotAgain("The member has answered already; nothing more is asked of it.")
    contact = await _recipient(mail, proposal, uow, contact_id)
    of_side = await _of_side(mail, uow)
    had = [each for each in of_side if each.contact_id == contact.contact_id]
    if had and (had[-1].state not in UNDELIVERABLE or had[-1].link_voided_at is not None):
        raise MailNotAgain(
            "This contact has the mail already, or is just getting it; choose another contact of the member."
        )
    lineage = current_lineage() or Lineage(mail.correlation_id, mail.causation_id, mail.traceparent)
    fresh = had[-1].send_again(now) if had else _new(mail, contact, lineage, now, ids)
    earlier = [each.link_voided(now) for each in of_side if each.mail_id != fresh.mail_id]
    return Fresh(fresh, bool(had), earlier)


async def enter(mail: Mail, fresh: Fresh, uow: NotifyUnitOfWork) -> None:
    """Enter the fresh mail in place of `mail`; the links of earlier mails end."""
    await uow.mails.save([*fresh.earlier, *([fresh.mail] if fresh.is_known else [])])
    if not fresh.is_known:
        await uow.mails.add([fresh.mail])
    proposal = (await uow.proposals.get([mail.occasion_id]))[mail.occasion_id]
    member_id, after = proposal.side(mail.side).member_id, {"mailed_again_as": fresh.mail.mail_id}
    uow.audit.note("mail", mail.mail_id, before={"state": mail.state}, after=after, details={"member_id": member_id})


async def _of_side(mail: Mail, uow: NotifyUnitOfWork) -> Sequence[Mail]:
    """The mails of the proposal to the same side, the oldest first; they are locked until the transaction ends."""
    of_proposal = await uow.mails.of_proposals([mail.occasion_id], Purpose.PROPOSAL)
    of_side = [each.mail_id for each in of_proposal if each.side == mail.side]
    held = {each.mail_id: each for each in await uow.mails.find(of_side)}
    return [held[mail_id] for mail_id in of_side if mail_id in held]


def _new(mail: Mail, contact: Contact, lineage: Lineage, now: datetime, ids: IdFactory) -> Mail:
    return new_mail(
        ids(), mail.occasion_id, Purpose.PROPOSAL, lineage, now, side=mail.side, contact_id=contact.contact_id
    )


async def _recipient(mail: Mail, proposal: Proposal, uow: NotifyUnitOfWork, contact_id: str | None) -> Contact:
    """The recipient: the contact with `contact_id`, else the member's first choice. Raises MailNotAgain."""
    member_id = proposal.side(mail.side).member_id
    first = (await uow.contacts.first_choices([member_id])).get(member_id)
    if first is None:
        raise MailNotAgain(
            "No contact of the member can be mailed; name one first, or wait until one has confirmed the address."
        )
    if contact_id is None:
        return first
    contact = (await uow.contacts.get([contact_id])).get(contact_id)
    if contact is None or contact.member_id != member_id:
        raise MailNotAgain("This person does not answer for the member, or was named just now: try in a minute.")
    if not contact.confirmed:
        raise MailNotAgain("This person has not confirmed the address yet; choose another contact of the member.")
    return contact

"""Sends mails again: a proposal to another contact, and mails of any purpose that did not arrive.

Invariants: a side has one valid answer link, since entering a new mail ends the links of its earlier mails. A mail is
not sent again if its words are no longer true, if it holds a secret (its reader asks for a new one), or if another mail
has replaced it. A preview writes nothing, and its answer links do not work.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from isopolity.contracts.event import Lineage
from isopolity.identity.lineage import current_lineage
from isopolity.machine.clock import Clock, IdFactory
from isopolity.notify.application.letters import LetterWriter, Rendered, ToMember
from isopolity.notify.application.mail_content import compose
from isopolity.notify.application.mails import mail_in, new_mail
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.domain.errors import MailNotAgain, ProposalSettled, Refused
from isopolity.notify.domain.mail import FROM_OFFICE, OPEN, UNDELIVERABLE, Mail, MailState, Purpose
from isopolity.notify.domain.mail_reasons import ASKED_ANEW, LETTER_ENDED, STALE, in_words
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
    fresh = (
        had[-1].send_again(now)
        if had
        else new_mail(
            ids(), mail.occasion_id, Purpose.PROPOSAL, lineage, now, side=mail.side, contact_id=contact.contact_id
        )
    )
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


_ON_ITS_WAY: Final = "It arrived meanwhile, or is on its way."
_SERVED: Final = "Another mail to the same member about the same thing arrived, or is on its way."
_REPLACED: Final = "A newer mail to the same member about the same thing stands in its place."


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """The effect of sending a mail again: either `fresh` is sent, or `why_not` says why nothing is."""

    mail: Mail
    fresh: Fresh | None = None
    subject: ToMember | None = None
    """The data of the mail that would be sent to a member."""
    why_not: str | None = None


async def fates(mail_ids: Sequence[str], uow: NotifyUnitOfWork, now: datetime, ids: IdFactory) -> Sequence[Fate]:
    """The effect of sending each of these mails again, the oldest first; nothing changes."""
    mails = sorted(await uow.mails.find(mail_ids), key=lambda mail: mail.mail_id)
    replaced = await _replaced(mails, uow)
    found = {
        mail.mail_id: Fate(mail=mail, why_not=replaced[mail.mail_id])
        if mail.mail_id in replaced
        else await _fate(mail, uow, now, ids)
        for mail in mails
    }
    going = {each.fresh.mail.mail_id: each for each in found.values() if each.fresh}
    held = [each.fresh.mail.claimed("", now, timedelta()) for each in going.values() if each.fresh]
    composed = await compose(held, uow, now) if held else None
    if composed is not None:
        for subject in composed.ready:
            fate = going[subject.mail.mail_id]
            found[fate.mail.mail_id] = replace(fate, subject=subject)
        for mail in composed.suppressed:
            fate = going[mail.mail_id]
            found[fate.mail.mail_id] = Fate(mail=fate.mail, why_not=in_words(mail.reason) or str(mail.reason))
    return list(found.values())


async def send_again(mail_ids: Sequence[str], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory) -> Sequence[Fate]:
    """Send these mails again where possible; returns the effect for each."""
    found = await fates(mail_ids, uow, clock(), ids)
    for fate in found:
        if fate.fresh is None:
            continue
        if fate.mail.purpose is Purpose.PROPOSAL:
            await enter(fate.mail, fate.fresh, uow)
            continue
        await uow.mails.save([fate.fresh.mail])
        before, after = {"state": fate.mail.state}, {"state": fate.fresh.mail.state}
        uow.audit.note("mail", fate.mail.mail_id, before=before, after=after)
    if not any(fate.fresh for fate in found):
        uow.audit.note("mail", "", details={"sent_again": 0})
    return found


def preview(fate: Fate, writer: LetterWriter) -> Rendered | None:
    """The texts of the mail to a member that would be sent, with links that lead nowhere.

    None if no such mail would be sent, or it cannot be written.
    """
    try:
        return None if fate.subject is None else writer.preview(fate.subject)
    except Refused:
        return None


def reasons(found: Iterable[Fate]) -> Mapping[str, int]:
    """The number of mails that would not be sent, by the sentence that says why."""
    counted: dict[str, int] = {}
    for fate in found:
        if fate.why_not is not None:
            counted[fate.why_not] = counted.get(fate.why_not, 0) + 1
    return counted


async def _replaced(mails: Sequence[Mail], uow: NotifyUnitOfWork) -> Mapping[str, str]:
    """By id, those mails that another one for the same side and purpose has replaced, with a sentence that says so."""
    found: dict[str, str] = {}
    for purpose in sorted({mail.purpose for mail in mails}):
        of_purpose = [mail for mail in mails if mail.purpose is purpose]
        others = await uow.mails.of_proposals(sorted({mail.occasion_id for mail in of_purpose}), purpose)
        for mail in of_purpose:
            same = [each for each in others if _replaces(each, mail)]
            if any(each.state not in UNDELIVERABLE for each in same if each.mail_id != mail.mail_id):
                found[mail.mail_id] = _SERVED
            elif any(each.mail_id > mail.mail_id for each in same):
                found[mail.mail_id] = _REPLACED
    return found


def _replaces(mail: Mail, other: Mail) -> bool:
    """Whether a mail can stand in for another one of its purpose.

    A side has one mail for each purpose, but about an answer by telephone each of its contacts has its own.
    """
    is_to_same = mail.purpose is not Purpose.TELEPHONE or mail.contact_id == other.contact_id
    return is_to_same and (mail.occasion_id, mail.side) == (other.occasion_id, other.side)


async def _fate(mail: Mail, uow: NotifyUnitOfWork, now: datetime, ids: IdFactory) -> Fate:
    if mail.state not in UNDELIVERABLE:
        return Fate(mail=mail, why_not=_ON_ITS_WAY)
    if mail.purpose in ASKED_ANEW:
        return Fate(mail=mail, why_not=ASKED_ANEW[mail.purpose])
    if mail.purpose in FROM_OFFICE and mail.state is not MailState.FAILED:
        return Fate(mail=mail, why_not=STALE[LETTER_ENDED])  # registry keeps letters whose mail failed
    if mail.purpose is not Purpose.PROPOSAL:
        return Fate(mail=mail, fresh=Fresh(mail.send_again(now), True, ()))
    try:
        return Fate(mail=mail, fresh=await fresh_mail(mail, uow, now, ids))
    except (MailNotAgain, ProposalSettled) as refusal:
        return Fate(mail=mail, why_not=str(refusal))

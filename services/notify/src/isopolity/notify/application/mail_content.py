"""Looks up the data of mails when they are sent.

Invariants: the ledger holds no copy of personal data. A mail whose words are no longer true when it is due is
suppressed, with the reason. Delay alone is no reason.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from isopolity.notify.application.letters import Correspondence, Notice, ToMember
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.application.telephone_mails import notices_of_calls, untrue_calls
from isopolity.notify.domain.mail import ABOUT_NO_PROPOSAL, ISSUED_BY_REGISTRY, READABLE, Mail, Purpose
from isopolity.notify.domain.mail_reasons import (
    NEVER_ANNOUNCED,
    PARTNERSHIP_ENDED,
    REMINDER_HOLDS,
    REMINDER_OLD,
    no_answer_wanted,
)
from isopolity.notify.domain.people import Contact
from isopolity.notify.domain.proposal import Answer, EndedInterest, EndedPartnership, Proposal, Side


@dataclass(frozen=True, slots=True)
class Composed:
    """Data of mails that can be written now, reasons not to send others, and mails that need an answer of registry."""

    ready: Sequence[ToMember]
    suppressed: Sequence[Mail]
    to_be_issued: Sequence[Mail]


@dataclass(frozen=True, slots=True)
class _Sources:
    proposals: Mapping[str, Proposal]
    first_mails: Mapping[tuple[str, str], Mail]
    """By proposal and side, the mail that made the proposal; the latest where there are several."""
    contacts: Mapping[str, Contact]
    successors: Mapping[str, Contact]
    """By member, the contact to write to if the contact of a mail is unknown or gone."""
    unconfirmed: Collection[str] = ()
    """Ids of known contacts with unconfirmed addresses; nothing is mailed to them."""
    reached: Collection[tuple[str, str]] = ()
    """Pairs of proposal and side where at least one mail of the proposal arrived, or may have arrived."""
    ended: Collection[str] = ()
    """Ids of proposals whose partnership has ended before their introductions were written."""
    answers: Mapping[tuple[str, str], Answer] = field(default_factory=dict)
    """The latest answer, by proposal and side."""

    def introduced(self, proposal: Proposal, side: Side) -> Contact | None:
        """The contact to introduce for a side: the one that was mailed, else the member's present first choice."""
        first = self.first_mails.get((proposal.proposal_id, side.side))
        mailed = self.contacts.get(first.contact_id) if first else None
        return mailed or self.successors.get(side.member_id)


async def compose(mails: Sequence[Mail], uow: NotifyUnitOfWork, now: datetime) -> Composed:
    """Look up the data of all these mails."""
    to_be_issued = [mail for mail in mails if mail.purpose in ISSUED_BY_REGISTRY]
    about_proposals = _about_proposals(mails)
    sources = await _sources(about_proposals, uow)
    ends = [mail for mail in mails if mail.purpose in (Purpose.ENDING, Purpose.NOT_INTRODUCED)]
    all_reminders = [mail for mail in mails if mail.purpose is Purpose.REMINDER]
    reminders = [mail for mail in all_reminders if now - mail.created_at < REMINDER_HOLDS]
    ready: list[ToMember] = [*await _notices(ends, uow), *await _reminders(reminders, uow)]
    written = {notice.mail.mail_id for notice in ready}
    unwritten = [mail for mail in [*ends, *reminders] if mail.mail_id not in written]
    suppressed = [mail.suppressed(now, "no-contact") for mail in unwritten]
    calls, untrue = await notices_of_calls(mails, uow, now)
    ready += calls
    suppressed += untrue
    suppressed += [mail.suppressed(now, REMINDER_OLD) for mail in all_reminders if mail not in reminders]
    for mail in about_proposals:
        proposal = sources.proposals[mail.occasion_id]
        recipient = _recipient(mail, proposal, sources)
        reason = _reason_not_to_send(mail, proposal, sources, now)
        if recipient is None or reason is not None:
            suppressed.append(mail.suppressed(now, reason or _reason_without_recipient(mail, sources)))
        else:
            ready.append(_correspondence(mail, proposal, recipient, sources))
    return Composed(ready, suppressed, to_be_issued)


async def stale(mails: Sequence[Mail], uow: NotifyUnitOfWork, now: datetime) -> Mapping[str, str]:
    """Reasons, by mail id, not to send mails whose words have become untrue since they were written."""
    about_proposals, untrue = _about_proposals(mails), await untrue_calls(mails, uow, now)
    if not about_proposals:
        return untrue
    sources = await _sources(about_proposals, uow)
    judged = {
        mail.mail_id: _reason_not_to_send(mail, sources.proposals[mail.occasion_id], sources, now)
        for mail in about_proposals
    }
    return {**untrue, **{mail_id: reason for mail_id, reason in judged.items() if reason is not None}}


async def counterparts(agreed: Mapping[str, tuple[Proposal, str]], uow: NotifyUnitOfWork) -> Mapping[str, Contact]:
    """Contacts of the other sides for introductions, by proposal id; left out if a side has no contact."""
    proposals = {proposal_id: proposal for proposal_id, (proposal, _) in agreed.items()}
    made = await uow.mails.of_proposals(sorted(proposals), Purpose.PROPOSAL) if proposals else []
    members = sorted({proposal.other_side(side).member_id for proposal, side in agreed.values()})
    sources = _Sources(
        proposals=proposals,
        first_mails={(mail.occasion_id, mail.side): mail for mail in made},
        contacts=_confirmed(await uow.contacts.get(sorted({mail.contact_id for mail in made}))),
        successors=await uow.contacts.first_choices(members) if members else {},
    )
    found = {each: sources.introduced(proposal, proposal.other_side(side)) for each, (proposal, side) in agreed.items()}
    return {proposal_id: contact for proposal_id, contact in found.items() if contact is not None}


async def _notices(mails: Sequence[Mail], uow: NotifyUnitOfWork) -> Sequence[Notice]:
    """Notices of ends to the present contacts of the members; members without a contact are left out."""
    if not mails:
        return []
    occasions = sorted({mail.occasion_id for mail in mails})
    known: dict[str, EndedPartnership | EndedInterest]
    known = {**await uow.partnerships.get(occasions), **await uow.interests.get(occasions)}
    members = {mail.mail_id: known[mail.occasion_id].member_of(mail.side) for mail in mails}
    contacts = await uow.contacts.first_choices(sorted(set(members.values())))
    return [
        Notice(mail=replace(mail, contact_id=recipient.contact_id), about=known[mail.occasion_id], recipient=recipient)
        for mail in mails
        if (recipient := contacts.get(members[mail.mail_id]))
    ]


async def _reminders(mails: Sequence[Mail], uow: NotifyUnitOfWork) -> Sequence[Notice]:
    """Reminders to contacts that are still known and have confirmed their address."""
    contacts = _confirmed(await uow.contacts.get(sorted({mail.contact_id for mail in mails})) if mails else {})
    return [Notice(mail=mail, recipient=contacts[mail.contact_id]) for mail in mails if mail.contact_id in contacts]


def _about_proposals(mails: Sequence[Mail]) -> Sequence[Mail]:
    return [mail for mail in mails if mail.purpose not in {Purpose.ENDING, *ABOUT_NO_PROPOSAL}]


async def _sources(mails: Sequence[Mail], uow: NotifyUnitOfWork) -> _Sources:
    proposal_ids = sorted({mail.occasion_id for mail in mails})
    proposals = await uow.proposals.get(proposal_ids)
    made = await uow.mails.of_proposals(proposal_ids, Purpose.PROPOSAL)
    first_mails = {(mail.occasion_id, mail.side): mail for mail in made}
    known = await uow.contacts.get(sorted({mail.contact_id for mail in [*mails, *made]}))
    contacts = _confirmed(known)
    introduced = {mail.occasion_id for mail in mails if mail.purpose is Purpose.INTRODUCTION}
    orphaned = {
        proposals[mail.occasion_id].side(mail.side).member_id
        for mail in [*mails, *first_mails.values()]
        if not mail.contact_id or (mail.occasion_id in introduced and mail.contact_id not in contacts)
    }
    orphaned |= {
        side.member_id
        for proposal_id in introduced
        for side in proposals[proposal_id].sides
        if (proposal_id, side.side) not in first_mails  # it asked to be introduced, so it got no proposal mail
    }
    successors = await uow.contacts.first_choices(sorted(orphaned)) if orphaned else {}
    ended = await uow.partnerships.get(sorted(introduced)) if introduced else {}
    unconfirmed = known.keys() - contacts.keys()
    answers = await uow.answers.of_proposals(proposal_ids) if proposal_ids else {}
    reached = {(mail.occasion_id, mail.side) for mail in made if mail.state in READABLE}
    return _Sources(proposals, first_mails, contacts, successors, unconfirmed, reached, ended.keys(), answers)


def _confirmed(contacts: Mapping[str, Contact]) -> Mapping[str, Contact]:
    return {contact_id: contact for contact_id, contact in contacts.items() if contact.confirmed}


def _recipient(mail: Mail, proposal: Proposal, sources: _Sources) -> Contact | None:
    if mail.purpose is Purpose.INTRODUCTION:
        return sources.introduced(proposal, proposal.side(mail.side))
    if not mail.contact_id:
        return sources.successors.get(proposal.side(mail.side).member_id)
    return sources.contacts.get(mail.contact_id)


def _reason_without_recipient(mail: Mail, sources: _Sources) -> str:
    """The reason why a mail has no recipient, as a code."""
    if not mail.contact_id:
        return "no-contact"
    return "contact-unconfirmed" if mail.contact_id in sources.unconfirmed else "contact-erased"


def _reason_not_to_send(mail: Mail, proposal: Proposal, sources: _Sources, now: datetime) -> str | None:
    """The code of the reason why the words of this mail are no longer true; None if they are true."""
    match mail.purpose:
        case Purpose.PROPOSAL:
            return no_answer_wanted(mail, proposal, sources.answers.get((mail.occasion_id, mail.side)), now)
        case Purpose.CLOSING if not _has_heard(mail, sources):
            return NEVER_ANNOUNCED
        case Purpose.INTRODUCTION if mail.occasion_id in sources.ended:
            return PARTNERSHIP_ENDED
        case _:
            return None


def _has_heard(mail: Mail, sources: _Sources) -> bool:
    """Whether the side of the mail knows of the proposal: a mail reached it, or it has answered on its page."""
    key = (mail.occasion_id, mail.side)
    return key in sources.answers or key in sources.reached


def _correspondence(mail: Mail, proposal: Proposal, recipient: Contact, sources: _Sources) -> Correspondence:
    introduction = mail.purpose is Purpose.INTRODUCTION
    first = sources.first_mails.get((mail.occasion_id, mail.side))
    return Correspondence(
        mail=replace(mail, contact_id=recipient.contact_id),
        proposal=proposal,
        recipient=recipient,
        counterpart=sources.introduced(proposal, proposal.other_side(mail.side)) if introduction else None,
        stands_in=introduction and first is not None and recipient.contact_id != first.contact_id,
    )

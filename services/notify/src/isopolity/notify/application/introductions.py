"""Introductions: the contact at the other side of a partnership that both sides agreed to.

Invariant: only contacts of the two members learn it, and only while the partnership lasts; an erased contact is never
named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from isopolity.notify.application.mail_content import counterparts
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.domain.mail import MailState, Purpose
from isopolity.notify.domain.people import Contact
from isopolity.notify.domain.proposal import SIDES, Proposal, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The agreement on a proposal as one side reads it: the other side's contact, and when the mail with it went out.

    `contact` is None where the other side has no contact, or the partnership has ended; `mailed_at` is None where no
    mail went out to this side.
    """

    contact: Contact | None
    mailed_at: datetime | None
    has_ended: bool


async def agreement(proposal_id: str, side: Side, contact_id: str, uow: NotifyUnitOfWork) -> Agreement:
    """The agreement on a proposal as `side` reads it, for this contact of the side."""
    found = await introductions([proposal_id], side.member_id, contact_id, uow)
    mails = await uow.mails.of_proposals([proposal_id], Purpose.INTRODUCTION)
    sent = [mail.updated_at for mail in mails if mail.side == side.side and mail.state is MailState.SENT]
    return Agreement(
        contact=found.get(proposal_id),
        mailed_at=max(sent, default=None),
        has_ended=bool(await uow.partnerships.get([proposal_id])),
    )


async def introductions(
    proposal_ids: Sequence[str], member_id: str, contact_id: str, uow: NotifyUnitOfWork
) -> Mapping[str, Contact]:
    """By proposal, the contacts that this contact of the member may read, in the order of `proposal_ids`."""
    asking = await uow.contacts.hold(contact_id)
    if asking is None or asking.member_id != member_id:
        return {}
    known, ended = await uow.proposals.get(proposal_ids), await uow.partnerships.get(proposal_ids)
    sides = {
        proposal_id: side
        for proposal_id, proposal in known.items()
        if proposal.agreed and proposal_id not in ended and (side := _side_of(member_id, proposal)) is not None
    }
    found = await counterparts({proposal_id: (known[proposal_id], side) for proposal_id, side in sides.items()}, uow)
    return {each: found[each] for each in proposal_ids if each in found}


def _side_of(member_id: str, proposal: Proposal) -> str | None:
    return next((name for name in sorted(SIDES) if proposal.side(name).member_id == member_id), None)

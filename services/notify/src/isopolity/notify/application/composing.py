"""What a mail is written from, looked up when it is sent, so that no copy of anybody's data waits in the ledger.

Invariant: what no longer holds when a mail's turn comes is not sent: it is suppressed, with the reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from isopolity.notify.application.ports import Correspondence, NotifyUnitOfWork
from isopolity.notify.domain.contact import Contact
from isopolity.notify.domain.mail import READABLE, Mail, Purpose
from isopolity.notify.domain.proposal import Proposal


@dataclass(frozen=True, slots=True)
class Composed:
    """Mails ready to be written, and those that shall not be sent."""

    ready: Sequence[Correspondence]
    suppressed: Sequence[Mail]


@dataclass(frozen=True, slots=True)
class _Sources:
    proposals: Mapping[str, Proposal]
    first_mails: Mapping[tuple[str, str], Mail]
    """By proposal and side, the mail that made the proposal."""
    contacts: Mapping[str, Contact]


async def compose(mails: Sequence[Mail], unit_of_work: NotifyUnitOfWork, now: datetime) -> Composed:
    """Look up what each of the mails is written from."""
    sources = await _sources(mails, unit_of_work)
    ready: list[Correspondence] = []
    suppressed: list[Mail] = []
    for mail in mails:
        reason = _reason_not_to_send(mail, sources, now)
        if reason is None:
            ready.append(_correspondence(mail, sources))
        else:
            suppressed.append(mail.suppressed(now, reason))
    return Composed(ready, suppressed)


async def _sources(mails: Sequence[Mail], unit_of_work: NotifyUnitOfWork) -> _Sources:
    proposal_ids = sorted({mail.proposal_id for mail in mails})
    proposals = await unit_of_work.proposals.get(proposal_ids)
    made = await unit_of_work.mails.of_proposals(proposal_ids, Purpose.PROPOSAL)
    first_mails = {(mail.proposal_id, mail.side): mail for mail in made}
    contact_ids = {mail.contact_id for mail in [*mails, *made]}
    return _Sources(proposals, first_mails, await unit_of_work.contacts.get(sorted(contact_ids)))


def _reason_not_to_send(mail: Mail, sources: _Sources, now: datetime) -> str | None:
    if mail.contact_id not in sources.contacts:
        return "contact-erased"
    proposal = sources.proposals[mail.proposal_id]
    if mail.purpose is Purpose.PROPOSAL and not proposal.takes_answers(now):
        return "proposal-settled"
    if mail.purpose is Purpose.CLOSING and sources.first_mails[mail.proposal_id, mail.side].state not in READABLE:
        return "never-told"
    return None


def _correspondence(mail: Mail, sources: _Sources) -> Correspondence:
    counterpart = None
    if mail.purpose is Purpose.INTRODUCTION:
        other = sources.proposals[mail.proposal_id].other_side(mail.side).side
        answered = sources.first_mails.get((mail.proposal_id, other))
        counterpart = sources.contacts.get(answered.contact_id) if answered else None
    return Correspondence(
        mail=mail,
        proposal=sources.proposals[mail.proposal_id],
        recipient=sources.contacts[mail.contact_id],
        counterpart=counterpart,
    )

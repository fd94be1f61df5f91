"""Previews: the mails of a proposal, written as they would go out, but not sent.

Invariant: their answer links lead nowhere, since they name no existing proposal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from isopolity.contracts.event import Lineage
from isopolity.contracts.matching import ProposalState
from isopolity.notify.application.letters import Correspondence, LetterWriter
from isopolity.notify.application.mails import new_mail
from isopolity.notify.application.matching_events import to_proposal
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.domain.mail import Purpose
from isopolity.notify.domain.people import Contact
from isopolity.notify.domain.proposal import Proposal, Side

_NONE: Final = "preview"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPreview:
    """A mail as its reader would see it, without colours."""

    side: str
    recipient: str
    subject: str
    text: str


async def preview_mails(
    state: ProposalState, writer: LetterWriter, uow: NotifyUnitOfWork, now: datetime
) -> Sequence[MailPreview]:
    """The mail to each side of a proposal; a member without a contact is addressed by its own name.

    Raises PoisonMessage if its sides are not `a` and `b`.
    """
    proposal = replace(to_proposal(state), proposal_id=_NONE)
    contacts = await uow.contacts.first_choices([side.member_id for side in proposal.sides])
    recipients = [contacts.get(side.member_id) or _without_contact(side) for side in proposal.sides]
    pairs = zip(proposal.sides, recipients, strict=True)
    return [_preview(proposal, side, recipient, writer, now) for side, recipient in pairs]


def _preview(proposal: Proposal, side: Side, recipient: Contact, writer: LetterWriter, now: datetime) -> MailPreview:
    lineage = Lineage(_NONE, _NONE, "")
    mail = new_mail(_NONE, _NONE, Purpose.PROPOSAL, lineage, now, side=side.side, contact_id=recipient.contact_id)
    rendered = writer.render(Correspondence(mail=mail, proposal=proposal, recipient=recipient))
    return MailPreview(side=side.side, recipient=recipient.name, subject=rendered.subject, text=rendered.text)


def _without_contact(side: Side) -> Contact:
    return Contact(
        contact_id=_NONE,
        version=1,
        member_kind=side.member_kind,
        member_id=side.member_id,
        role="coordinator",
        name=side.name,
        email="nobody@example.invalid",
        language="en",
    )

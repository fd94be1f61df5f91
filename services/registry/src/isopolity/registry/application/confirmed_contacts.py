"""Contacts confirm their addresses: by the link in their own mail, by signing in, or by answering a mail.

Invariant: nothing else confirms a contact. Until then it gets only this mail and sign-in mails, which prove the mail
box too. A secret is returned once, to the service that mails it; wrong, used and expired links get the same answer.
Members are locked before contacts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from isopolity.registry.application.access.rules import digest_of_secret, new_secret
from isopolity.registry.application.events import publish_contact, publish_contact_confirmation
from isopolity.registry.application.limits import day_of, digest_of, seconds_left
from isopolity.registry.application.ports import RegistryRepositories, RegistryUnitOfWork, Surroundings
from isopolity.registry.domain.access.account import Account
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.errors import Gone, LimitReached, NotFound, NotPossible, StaleVersion

AGAIN_A_DAY: Final = 3
"""How often in a day the mail of one contact may be requested again."""
ADDRESS_A_DAY: Final = 10
"""How many such mails one address may get in a day, for all members together."""
_ENDED: Final = "This link no longer works. Ask the person who added you to send the mail again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """A contact and the name of its member, as the page behind its link describes them."""

    contact: Contact
    member_name: str


async def ask_again(contact: Contact, uow: RegistryUnitOfWork, surroundings: Surroundings) -> Contact:
    """Order a new mail to a locked contact; its earlier link ends. Raises NotPossible, LimitReached."""
    if contact.is_confirmed:
        raise NotPossible("This contact has confirmed its address already; it gets mails.")
    now = surroundings.clock()
    counted = digest_of(surroundings.sign_in_rules.key, "contact again", contact.contact_id)
    if await uow.counters.count(counted, day_of(now)) > AGAIN_A_DAY:
        sentence = f"The mail was sent again {AGAIN_A_DAY} times today. Try again tomorrow."
        raise LimitReached(sentence, seconds_left(now))
    asked = contact.published_again().asking()
    _keep(contact, asked, uow, surroundings)
    return asked


async def issue_contact(
    confirmation_id: str, uow: RegistryUnitOfWork, surroundings: Surroundings
) -> tuple[Naming, str] | None:
    """Make the secret of the link that is mailed now; None if no contact has this confirmation id. Raises Gone."""
    known = await uow.contacts.peek_of_mail(confirmation_id)
    contact = None if known is None else await uow.contacts.get(known.contact_id)
    if contact is None or contact.asked != confirmation_id:
        return None
    naming, now = await _naming(contact, uow), surroundings.clock()
    if contact.secret_digest is None:  # a retried mail counts once
        counted = digest_of(surroundings.sign_in_rules.key, "contact mail", contact.person.address)
        if await uow.counters.count(counted, day_of(now)) > ADDRESS_A_DAY:
            raise Gone("This address has had as many such mails as it gets in a day; send nothing.")
    secret = new_secret()
    issued = contact.issued(digest_of_secret(secret), now)
    uow.contacts.save(issued)
    return replace(naming, contact=issued), secret


async def look_at_naming(secret: str, uow: RegistryRepositories, surroundings: Surroundings) -> Naming:
    """The contact that the link would confirm; nothing changes. Raises Gone."""
    contact = await uow.contacts.peek_by_secret(digest_of_secret(secret))
    if contact is None or not contact.waits(surroundings.clock()):
        raise Gone(_ENDED)
    return await _naming(contact, uow)


async def confirm_by_link(secret: str, uow: RegistryRepositories, surroundings: Surroundings) -> Naming:
    """Confirm the contact whose mail has this secret. Raises Gone."""
    digest = digest_of_secret(secret)
    known = await uow.contacts.peek_by_secret(digest)
    contact = None if known is None else await uow.contacts.get(known.contact_id)
    if contact is None or contact.secret_digest != digest or not contact.waits(surroundings.clock()):
        raise Gone(_ENDED)
    naming = await _naming(contact, uow)
    _confirm(contact, uow, surroundings)
    return naming


async def confirm_answered(
    contact_id: str, version: int, uow: RegistryRepositories, surroundings: Surroundings
) -> None:
    """Confirm a contact that used a link in a mail to it at this version. Raises NotFound, StaleVersion.

    A contact that has changed since is not confirmed, since its address may be another one; the caller tries again when
    it knows the change.
    """
    contact = await uow.contacts.get(contact_id)
    if contact is None:
        raise NotFound("There is no contact with this id; it may have been erased.")
    if contact.is_confirmed:
        return
    if contact.version != version:
        raise StaleVersion(contact.version)
    _confirm(contact, uow, surroundings)


async def confirm_signed_in(accounts: Sequence[Account], uow: RegistryRepositories, surroundings: Surroundings) -> None:
    """Confirm the contacts among these accounts, whose address has signed in by mail."""
    contacts = await uow.contacts.get_many([one.account_id for one in accounts if one.member_id is not None])
    for contact_id in sorted(contacts):
        _confirm(contacts[contact_id], uow, surroundings)


async def ask_unasked(limit: int, uow: RegistryUnitOfWork, surroundings: Surroundings) -> int:
    """Order the first confirmation mail of up to `limit` contacts, and publish them as unconfirmed; returns how many.

    Such contacts come from upgrades, and from processes of an older release that are still running.
    """
    unasked = await uow.contacts.unasked(limit)
    for contact in unasked:
        _keep(contact, contact.published_again().asking(), uow, surroundings)
    return len(unasked)


def _confirm(contact: Contact, uow: RegistryRepositories, surroundings: Surroundings) -> None:
    confirmed = contact.confirmed(surroundings.clock())
    if confirmed is not contact:
        uow.contacts.save(confirmed)
        publish_contact(uow.outbox, confirmed)


def _keep(contact: Contact, asked: Contact, uow: RegistryRepositories, surroundings: Surroundings) -> None:
    uow.contacts.save(asked)
    publish_contact(uow.outbox, asked)
    publish_contact_confirmation(uow.outbox, asked, contact, surroundings.clock())


async def _naming(contact: Contact, uow: RegistryRepositories) -> Naming:
    members = uow.cities if contact.member_kind == "city" else uow.partners
    member = (await members.peek_many([contact.member_id])).get(contact.member_id)
    if member is None or member.status == "withdrawn":
        raise Gone("The member has left the network; there is nothing to confirm.")
    return Naming(contact=contact, member_name=member.profile.name)

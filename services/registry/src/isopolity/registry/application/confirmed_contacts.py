"""Contacts whose addresses are confirmed: by the link in their own mail, by signing in, or by an answer to a mail.

Invariant: nothing else confirms a contact. Until then it gets no mails but this one and those to sign in, which prove
the mail box, too. A secret is handed out once, to the service that mails it; links that are wrong, used or too old get
one answer. Members are locked before contacts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from isopolity.registry.application.events import publish_contact, publish_contact_confirmation
from isopolity.registry.application.joining.links import digest_of as digest_of_secret
from isopolity.registry.application.joining.links import new_secret
from isopolity.registry.application.limits import day_of, digest_of, seconds_left
from isopolity.registry.application.ports import RegistryRepositories, RegistryUnitOfWork, Surroundings
from isopolity.registry.domain.access.account import Account
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.errors import Gone, LimitReached, NotFound, NotPossible, StaleVersion

AGAIN_A_DAY: Final = 3
"""How often in a day the mail of one contact may be asked for again."""
ADDRESS_A_DAY: Final = 10
"""How many such mails may go to one address in a day, whichever members name it."""
_ENDED: Final = "This link does not count any more. Ask who named you to have the mail sent again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """A contact and the name of its member, as the contact's own link presents them."""

    contact: Contact
    member_name: str


async def ask_again(contact: Contact, uow: RegistryUnitOfWork, surroundings: Surroundings) -> Contact:
    """Have the mail sent again to a locked contact; its earlier link ends. Raises NotPossible, LimitReached."""
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
    """Make the secret of the link that is about to be mailed; None where this id is no contact's. Raises Gone."""
    known = await uow.contacts.peek_of_mail(confirmation_id)
    contact = None if known is None else await uow.contacts.get(known.contact_id)
    if contact is None or contact.asked != confirmation_id:
        return None
    naming, now = await _naming(contact, uow), surroundings.clock()
    if contact.secret_digest is None:  # a mail that is tried again counts once
        counted = digest_of(surroundings.sign_in_rules.key, "contact mail", contact.person.address)
        if await uow.counters.count(counted, day_of(now)) > ADDRESS_A_DAY:
            raise Gone("This address has had as many such mails as it gets in a day; send nothing.")
    secret = new_secret()
    issued = contact.issued(digest_of_secret(secret), now)
    uow.contacts.save(issued)
    return replace(naming, contact=issued), secret


async def look_at_naming(secret: str, uow: RegistryRepositories, surroundings: Surroundings) -> Naming:
    """The contact that the link's holder would confirm; nothing changes. Raises Gone."""
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
    """Confirm a contact that answered, at this version, by a link in a mail to it. Raises NotFound, StaleVersion.

    A contact that has changed since stays as it is, since it may have another address: the caller tries again once it
    knows the change.
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
    """Confirm the contacts among these accounts of one address, since its holder signed in by mail."""
    contacts = await uow.contacts.get_many([one.account_id for one in accounts if one.member_id is not None])
    for contact_id in sorted(contacts):
        _confirm(contacts[contact_id], uow, surroundings)


async def ask_unasked(limit: int, uow: RegistryUnitOfWork, surroundings: Surroundings) -> int:
    """Ask up to `limit` contacts that no mail has asked yet, and publish them as not confirmed; returns how many.

    An upgrade leaves such contacts, and so does a process of an older release that still runs.
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

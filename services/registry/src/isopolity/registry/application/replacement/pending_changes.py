"""Pending changes: consent, calls to staff, decisions, withdrawal, and completion when the time to object is over.

Invariant: consent comes from the person's own session, or by the link mailed to the person's former address; never from
a session or link of the contact that started the change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.registry.application.access.rules import digest_of_secret
from isopolity.registry.application.commands import ChangeContact
from isopolity.registry.application.contacts import change_contact, change_person, erase_contact, same_address
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.application.replacement.notices import notice_of, recipients_of, write_notices
from isopolity.registry.application.repositories import ChangeLink
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.contact_change import (
    CONSENT,
    OFFICE,
    PERSON,
    REFUSED,
    TIME,
    WAITING,
    ContactChange,
    ended,
)
from isopolity.registry.domain.contact_rights import GUARDED
from isopolity.registry.domain.errors import NotFound, NotPossible

_AT_ONCE: Final = 100
_NONE: Final = "There is no such change. It was made, withdrawn or deleted."


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A change as the reader of a mailed link sees it."""

    change: ContactChange
    to: str
    member_name: str

    @property
    def may_consent(self) -> bool:
        """Whether this reader may consent, so that it is made at once."""
        return self.to == PERSON and self.change.is_open


async def look_at_change(secret: str, uow: RegistryRepositories) -> Linked:
    """The change behind a mailed link; nothing changes. Raises Gone."""
    link = await uow.contact_changes.link_by_secret(digest_of_secret(secret))
    change = None if link is None else await uow.contact_changes.peek(link.change_id)
    if link is None or change is None:
        raise ended()
    members = uow.cities if change.member_kind == "city" else uow.partners
    found = (await members.peek_many([change.member_id])).get(change.member_id)
    return Linked(change=change, to=link.to, member_name="" if found is None else found.profile.name)


async def call_by_link(
    secret: str, words: str | None, uow: RegistryRepositories, surroundings: Surroundings
) -> ContactChange:
    """Call staff by a mailed link. Raises Gone."""
    link, change = await _linked(secret, uow)
    return await _call(change, link.to, words, uow, surroundings)


async def call_by_contact(
    change_id: str, contact_id: str, words: str | None, uow: RegistryRepositories, surroundings: Surroundings
) -> ContactChange:
    """Call staff as a signed-in contact of the member. Raises NotFound, NotPossible, Gone."""
    change, caller = await _of_contact(change_id, contact_id, uow)
    if contact_id != change.contact_id and caller.person.role not in GUARDED:
        raise NotPossible("The person itself, or a coordinator of the member, calls the network's office about this.")
    if change.is_open and contact_id == change.by_contact_id:
        raise NotPossible("You have asked for this yourself; take it back if it is wrong.")
    return await _call(change, PERSON if contact_id == change.contact_id else contact_id, words, uow, surroundings)


async def consent_by_link(secret: str, uow: RegistryRepositories, surroundings: Surroundings) -> ContactChange:
    """Make the change, with the person's consent by a mailed link. Raises NotPossible, Gone."""
    link, change = await _linked(secret, uow)
    if link.to != PERSON:
        raise NotPossible("Only the person itself agrees to this; you can tell the network's office that it is wrong.")
    change.require_open()
    return await make(change, CONSENT, uow, surroundings)


async def consent_by_contact(
    change_id: str, contact_id: str, uow: RegistryRepositories, surroundings: Surroundings
) -> ContactChange:
    """Make the change, with the person's consent in a session. Raises NotFound, NotPossible, Gone."""
    change, _ = await _of_contact(change_id, contact_id, uow)
    if contact_id != change.contact_id:
        raise NotPossible("Only the person itself agrees to this; you can tell the network's office that it is wrong.")
    change.require_open()
    return await make(change, CONSENT, uow, surroundings)


async def take_back(change_id: str, contact_id: str, uow: RegistryRepositories) -> None:
    """Delete the change for the contact that started it. Raises NotFound, and NotPossible once staff was called."""
    change, _ = await _of_contact(change_id, contact_id, uow)
    if change.by_contact_id != contact_id or change.status != WAITING:
        raise NotPossible("Only who started it takes it back, and only until the network's office is called.")
    await uow.contact_changes.remove(change_id)
    uow.audit.note("contact-change", change_id, before={"member_id": change.member_id, "status": change.status})


async def decide_contact_change(
    change_id: str, reason: str, uow: RegistryRepositories, surroundings: Surroundings, *, makes: bool
) -> ContactChange:
    """Make or refuse the change for staff; a change made before the call only gets staff's answer."""
    change = await _locked(change_id, uow)
    if change is None:
        raise NotFound(_NONE)
    now = surroundings.clock()
    details = {"member_id": change.member_id, "reason": reason}
    uow.audit.note("contact-change", change_id, details=details | {"decision": "make" if makes else "refuse"})
    if not change.is_open:
        answered = change.answered(now, reason)
        await uow.contact_changes.put(answered)
        return answered
    if makes:
        return await make(change, OFFICE, uow, surroundings, reason=reason)
    before = await uow.contacts.of_members([change.member_id])
    target = next((one for one in before if one.contact_id == change.contact_id), None)
    recipients = recipients_of(before, target, change.by_contact_id)
    notice = notice_of(change, target, before, REFUSED)
    refused = change.refused(now, reason)
    await uow.contact_changes.put(refused)
    await write_notices(refused, recipients, notice, uow, surroundings, words=reason)
    return refused


async def make(
    change: ContactChange,
    ground: str,
    uow: RegistryRepositories,
    surroundings: Surroundings,
    *,
    reason: str | None = None,
) -> ContactChange:
    """Carry out the change now and mail the people concerned; a change whose contact is gone is deleted."""
    before = await uow.contacts.of_members([change.member_id])
    target = next((one for one in before if one.contact_id == change.contact_id), None)
    made = change.made(surroundings.clock(), reason)
    if target is None or not change.still_concerns(target):
        await uow.contact_changes.remove(change.change_id)
        return made
    notice = notice_of(change, target, before, ground=ground)
    recipients = recipients_of(before, target, change.by_contact_id)
    await uow.contact_changes.put(made)  # first, since changing a contact drops its open changes
    await _carry_out(change, target, before, uow, surroundings)
    uow.audit.note(
        "contact-change",
        change.change_id,
        before={"status": change.status},
        after={"status": made.status},
        details={"member_id": change.member_id, "ground": ground},
    )
    await write_notices(made, recipients, notice, uow, surroundings, words=reason)
    return made


async def make_due(change_id: str, uow: RegistryRepositories, surroundings: Surroundings) -> bool:
    """Make this change if it is still due once it is locked; returns whether it was made."""
    change = await _locked(change_id, uow)
    if change is None or not change.is_due(surroundings.clock()):
        return False
    await make(change, TIME, uow, surroundings)
    return True


async def _carry_out(
    change: ContactChange,
    target: Contact,
    before: Sequence[Contact],
    uow: RegistryRepositories,
    surroundings: Surroundings,
) -> None:
    """Change or erase `target`; if another contact has the wanted address by now, that one replaces it."""
    wanted = change.wanted
    others = [one for one in before if one.contact_id != target.contact_id]
    other = next((one for one in others if wanted is not None and same_address(one.person, wanted)), None)
    if wanted is None or other is not None:
        await erase_contact(target.contact_id, uow)
    if wanted is not None and other is not None:
        await change_person(other, wanted, uow, surroundings)
    elif wanted is not None:
        await change_contact(ChangeContact(contact_id=target.contact_id, person=wanted), uow, surroundings)


async def _call(
    change: ContactChange, by: str, words: str | None, uow: RegistryRepositories, surroundings: Surroundings
) -> ContactChange:
    called = change.called(by, surroundings.clock(), words)
    await uow.contact_changes.put(called)
    after = {"status": called.status, "called_by": called.called_by}
    uow.audit.note("contact-change", change.change_id, after=after, details={"member_id": change.member_id})
    return called


async def _linked(secret: str, uow: RegistryRepositories) -> tuple[ChangeLink, ContactChange]:
    link = await uow.contact_changes.link_by_secret(digest_of_secret(secret))
    change = None if link is None else await _locked(link.change_id, uow)
    if link is None or change is None:
        raise ended()
    return link, change


async def _of_contact(change_id: str, contact_id: str, uow: RegistryRepositories) -> tuple[ContactChange, Contact]:
    """The change, locked, and the contact, both of one member. Raises NotFound."""
    change = await _locked(change_id, uow)
    caller = await uow.contacts.peek(contact_id)
    if change is None or caller is None or caller.member_id != change.member_id:
        raise NotFound(_NONE)
    return change, caller


async def _locked(change_id: str, uow: RegistryRepositories) -> ContactChange | None:
    """The change, locked after the contacts of its member, in the same order as changes of contacts lock."""
    known = await uow.contact_changes.peek(change_id)
    if known is None:
        return None
    await uow.contacts.of_members([known.member_id])
    return await uow.contact_changes.get(change_id)

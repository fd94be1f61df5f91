"""Contacts of members are added, changed, erased and moved.

Invariant: a change publishes ids and role only; an erased person's data is deleted in the same transaction. The
addresses of a member's contacts are unique: changes lock the member, and a unique index decides otherwise. One mail
asks each new contact, or one with a new address, to confirm the address.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from isopolity.identity.actors import of_subject
from isopolity.registry.application.access.session_ends import (
    end_accounts,
    end_sessions_of_account,
    forget_sign_ins,
    revoke,
)
from isopolity.registry.application.commands import AddContact, ChangeContact
from isopolity.registry.application.events import publish_contact, publish_contact_confirmation, publish_erasure
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.contact import Contact, Person, require_room
from isopolity.registry.domain.errors import AlreadyRegistered, NotFound


async def add_contact(command: AddContact, uow: RegistryRepositories, surroundings: Surroundings) -> Contact:
    """Add a contact of a member, or change the one with the same address. Raises NotFound, NotPossible."""
    repository = uow.cities if command.member_kind == "city" else uow.partners
    if await repository.get(command.member_id) is None:
        raise NotFound(f"There is no {command.member_kind} with this id.")
    return await upsert_person(command.member_kind, command.member_id, command.person, uow, surroundings)


async def upsert_person(
    member_kind: str,
    member_id: str,
    person: Person,
    uow: RegistryRepositories,
    surroundings: Surroundings,
    *,
    confirmed_at: datetime | None = None,
    leaving: int = 0,
) -> Contact:
    """Add `person` as a contact of the member, or change the contact with the same address.

    `leaving`: how many other contacts the caller erases as well. `confirmed_at`: when the person proved the address, if
    it just did. Raises NotPossible if the member may not have more contacts.
    """
    contacts = await uow.contacts.of_members([member_id])
    for contact in contacts:
        if same_address(contact.person, person):
            return await change_person(contact, person, uow, surroundings, confirmed_at=confirmed_at)
    known = len(contacts) - leaving
    return add_person(member_kind, member_id, person, uow, surroundings, known=known, confirmed_at=confirmed_at)


def add_person(
    member_kind: str,
    member_id: str,
    person: Person,
    uow: RegistryRepositories,
    surroundings: Surroundings,
    *,
    known: int,
    confirmed_at: datetime | None = None,
) -> Contact:
    """Add `person` as a contact of the member, which has `known` others. Raises NotPossible for one too many.

    `confirmed_at`: when the person proved the address, if it did.
    """
    require_room(known)
    contact = Contact(
        contact_id=surroundings.ids(),
        version=1,
        member_kind=member_kind,
        member_id=member_id,
        person=person,
        confirmed_at=confirmed_at,
    ).asking()
    uow.contacts.add(contact)
    publish_contact(uow.outbox, contact)
    publish_contact_confirmation(uow.outbox, contact, None, surroundings.clock())
    return contact


async def change_contact(command: ChangeContact, uow: RegistryRepositories, surroundings: Surroundings) -> Contact:
    """Replace a contact's data. Raises NotFound, and AlreadyRegistered if another contact has the new address."""
    contact = await _contact(command.contact_id, uow)
    if not same_address(contact.person, command.person):
        others = await uow.contacts.of_members([contact.member_id])
        if any(same_address(other.person, command.person) for other in others):
            raise AlreadyRegistered("The member has another contact with this address; change or erase that one.")
    return await change_person(contact, command.person, uow, surroundings)


async def erase_contact(contact_id: str, uow: RegistryRepositories) -> None:
    """Delete a person's data here and, by the published event, in all services. Raises NotFound."""
    await erase_together([await _contact(contact_id, uow)], uow)


async def erase_contacts_of(member_id: str, uow: RegistryRepositories) -> None:
    """Delete the data of all contacts of a member."""
    await erase_together(await uow.contacts.of_members([member_id]), uow)


async def erase_together(
    contacts: Collection[Contact], uow: RegistryRepositories, *, merged_into: str | None = None
) -> None:
    """Delete the data of these contacts; they continue as the contact `merged_into`, if one is given."""
    ids = [one.contact_id for one in contacts]
    await uow.contact_changes.drop_of(ids)
    for contact in contacts:
        uow.contacts.erase(contact)
        publish_erasure(uow.outbox, contact, merged_into)
    await end_accounts(ids, uow)
    await forget_sign_ins({one.contact_id: one.person.address for one in contacts}, uow)


def same_address(one: Person, other: Person) -> bool:
    """Whether both have the same e-mail address."""
    return one.address == other.address


async def _contact(contact_id: str, uow: RegistryRepositories) -> Contact:
    contact = await uow.contacts.get(contact_id)
    if contact is None:
        raise NotFound("There is no contact with this id; it may have been erased.")
    return contact


async def change_person(
    contact: Contact,
    person: Person,
    uow: RegistryRepositories,
    surroundings: Surroundings,
    *,
    confirmed_at: datetime | None = None,
) -> Contact:
    """Change the contact's data to `person`; nothing happens if nothing differs.

    A new address or role ends the contact's sessions, which the former holder began. A new address counts as another
    person, so passkeys, known browsers and tokens of programs that act as this contact end too. Both end open changes
    of this contact and those that it started.
    """
    changed = contact.changed(person, confirmed_at=confirmed_at)
    if changed is not contact:
        uow.contacts.save(changed)
        publish_contact(uow.outbox, changed)
        publish_contact_confirmation(uow.outbox, changed, contact, surroundings.clock())
        is_another, has_another_role = not same_address(contact.person, person), contact.person.role != person.role
        if is_another or has_another_role:
            await uow.contact_changes.drop_of([contact.contact_id])
        if is_another:
            await end_accounts([contact.contact_id], uow)
        elif has_another_role:
            await end_sessions_of_account(contact.contact_id, uow)
    return changed


async def move_contact(contact: Contact, member_id: str, uow: RegistryRepositories, *, known: int) -> Contact:
    """Move a contact to the entry into which its member was merged, and which has `known` contacts.

    It stays the same contact: its mailed links, passkeys and pending changes remain valid. Its sessions and tokens,
    which act for the leaving entry, end. Raises NotPossible if the entry may not have more contacts.
    """
    require_room(known)
    moved = contact.answering_for(member_id)
    uow.contacts.save(moved)
    publish_contact(uow.outbox, moved)
    for change in await uow.contact_changes.of_member(contact.member_id):
        if change.is_open and change.contact_id == contact.contact_id:
            await uow.contact_changes.put(replace(change, member_id=member_id))
    await end_sessions_of_account(contact.contact_id, uow)
    await revoke(of_subject(contact.contact_id), uow)
    return moved


async def merge_contact(contact: Contact, stays: Contact, uow: RegistryRepositories) -> None:
    """Erase a contact whose person continues as the contact `stays`."""
    await erase_together([contact], uow, merged_into=stays.contact_id)

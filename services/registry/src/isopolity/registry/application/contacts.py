"""Contacts: people who answer for a member.

Invariant: a change publishes ids and role only; an erased person's data is deleted in the same transaction. A member
has an address once: whoever names or changes a contact holds the lock of the member, or else the unique index decides.
"""

from isopolity.registry.application.commands import AddContact, ChangeContact, EraseContact
from isopolity.registry.application.events import publish_contact, publish_erasure
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.contact import Contact, Person
from isopolity.registry.domain.errors import AlreadyRegistered, NotFound


async def add_contact(command: AddContact, work: RegistryRepositories, surroundings: Surroundings) -> Contact:
    """Name a person for a member; the same address again changes that contact. Raises NotFound."""
    repository = work.cities if command.member_kind == "city" else work.partners
    if await repository.get(command.member_id) is None:
        raise NotFound(f"There is no {command.member_kind} with this id.")
    return await upsert_person(command.member_kind, command.member_id, command.person, work, surroundings)


async def upsert_person(
    member_kind: str, member_id: str, person: Person, work: RegistryRepositories, surroundings: Surroundings
) -> Contact:
    """Keep `person` as a contact of the member; one with the same address is changed."""
    for contact in await work.contacts.of_members([member_id]):
        if same_address(contact.person, person):
            return change_person(contact, person, work)
    return add_person(member_kind, member_id, person, work, surroundings)


def add_person(
    member_kind: str, member_id: str, person: Person, work: RegistryRepositories, surroundings: Surroundings
) -> Contact:
    """Keep `person` as a new contact of the member."""
    contact = Contact(
        contact_id=surroundings.ids(), version=1, member_kind=member_kind, member_id=member_id, person=person
    )
    work.contacts.add(contact)
    publish_contact(work.outbox, contact)
    return contact


async def change_contact(command: ChangeContact, work: RegistryRepositories) -> Contact:
    """Replace a contact's data. Raises NotFound, and AlreadyRegistered if another contact has the new address."""
    contact = await _contact(command.contact_id, work)
    if not same_address(contact.person, command.person):
        others = await work.contacts.of_members([contact.member_id])
        if any(same_address(other.person, command.person) for other in others):
            raise AlreadyRegistered("The member has another contact with this address; change or erase that one.")
    return change_person(contact, command.person, work)


async def erase_contact(command: EraseContact, work: RegistryRepositories) -> None:
    """Delete a person's data. Raises NotFound."""
    _erase(await _contact(command.contact_id, work), work)


async def erase_contacts_of(member_id: str, work: RegistryRepositories) -> None:
    """Delete the data of all contacts of a member."""
    for contact in await work.contacts.of_members([member_id]):
        _erase(contact, work)


def same_address(one: Person, other: Person) -> bool:
    """Whether both have the same e-mail address."""
    return one.address == other.address


async def _contact(contact_id: str, work: RegistryRepositories) -> Contact:
    contact = await work.contacts.get(contact_id)
    if contact is None:
        raise NotFound("There is no contact with this id; it may have been erased.")
    return contact


def change_person(contact: Contact, person: Person, work: RegistryRepositories) -> Contact:
    """Keep `person` as what the contact is now; nothing happens if nothing differs."""
    changed = contact.changed(person)
    if changed is not contact:
        work.contacts.save(changed)
        publish_contact(work.outbox, changed)
    return changed


def _erase(contact: Contact, work: RegistryRepositories) -> None:
    work.contacts.erase(contact)
    publish_erasure(work.outbox, contact)

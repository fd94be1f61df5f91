"""Accounts of an address: its contacts of members that are in the network, and its entry of the staff list.

Invariant: members are locked before contacts, and those before the office, as where they change.
"""

from collections.abc import Sequence

from isopolity.registry.application.members import members_of
from isopolity.registry.application.ports import RegistryRepositories
from isopolity.registry.domain.access.account import Account, account_of_contact, account_of_office


async def accounts_of(address: str, uow: RegistryRepositories) -> Sequence[Account]:
    """All accounts of the folded address, as they are until the transaction ends; contacts first, by their ids."""
    names: dict[str, str] = {}
    named = await uow.contacts.members_of(address)
    for kind in ("city", "partner"):
        wanted = [member_id for member_kind, member_id in named if member_kind == kind]
        found = await members_of(uow, kind).get_many(wanted) if wanted else {}
        names |= {one.member_id: one.profile.name for one in found.values() if one.status != "withdrawn"}
    contacts = await uow.contacts.of_members(list(names)) if names else ()
    accounts = [
        account_of_contact(contact, names[contact.member_id])
        for contact in sorted(contacts, key=lambda one: one.contact_id)
        if contact.person.address == address
    ]
    person = await uow.office.by_address(address)
    return accounts if person is None else [*accounts, account_of_office(person)]


async def address_of(account_id: str, uow: RegistryRepositories) -> str | None:
    """The folded address of an account, or None where there is none (any more); its contact is not locked."""
    contact = await uow.contacts.peek(account_id)
    if contact is not None:
        return contact.person.address
    person = await uow.office.get(account_id)
    return None if person is None else person.address

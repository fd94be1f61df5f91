"""Accounts of an address: its contacts of members in the network, and its entry in the office's list.

Invariant: locks are taken in the order members, contacts, office, as in all changes.
"""

from collections.abc import Sequence

from isopolity.registry.application.members import members_of
from isopolity.registry.application.ports import RegistryRepositories
from isopolity.registry.domain.access.account import Account, account_of_contact, account_of_office


async def accounts_of(address: str, uow: RegistryRepositories, *, locked: bool) -> Sequence[Account]:
    """All accounts of the address with this key: contacts first, confirmed ones before others, by their ids.

    Mails to each of them go to this address.

    `locked`: they are locked until the transaction ends. This is needed to create or switch a session, so that whatever
    ends the account's sessions finds it. Other callers need not wait for an import that holds the members.
    """
    contacts = await uow.contacts.peek_of_address(address)
    names: dict[str, str] = {}
    for kind in ("city", "partner"):
        wanted = sorted({one.member_id for one in contacts if one.member_kind == kind})
        repository = members_of(uow, kind)
        found = await (repository.get_many(wanted) if locked else repository.peek_many(wanted))
        names |= {one.member_id: one.profile.name for one in found.values() if one.status != "withdrawn"}
    if locked:
        kept = await uow.contacts.get_many([one.contact_id for one in contacts])
        contacts = [kept[contact_id] for contact_id in sorted(kept) if kept[contact_id].person.address == address]
    contacts = sorted(contacts, key=lambda one: not one.is_confirmed)
    accounts = [account_of_contact(one, names[one.member_id]) for one in contacts if one.member_id in names]
    person = await uow.office.by_address(address, locked=locked)
    return accounts if person is None else [*accounts, account_of_office(person)]


async def address_of(account_id: str, uow: RegistryRepositories) -> str | None:
    """The key of the address of an account; None if the account does not exist."""
    contact = await uow.contacts.peek(account_id)
    if contact is not None:
        return contact.person.address
    person = await uow.office.get(account_id, locked=False)
    return None if person is None else person.address

"""Accounts of an address: its contacts of members in the network, and its entry in the office's list; the second factor
that each needs; browsers from which the holder of an address has signed in before.

Invariants: locks are taken in the order members, contacts, office, as in all changes. Limits for strangers do not
apply to a known browser, which grants no access. Only a digest of its secret and the address is stored, with ids of
accounts; without the secret the digest reveals nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from isopolity.registry.application.members import members_of
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.access.account import Account, OfficePerson, account_of_contact, account_of_office
from isopolity.registry.domain.access.second_factor import FactorNeed


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


def digest_of_browser(browser: str, address: str) -> str:
    """Digest of a browser's secret and one address, in hex; the stored form of a known browser."""
    return sha256(f"{browser}\n{address}".encode()).hexdigest()


async def known_browser(browser: str | None, address: str, uow: RegistryRepositories) -> str | None:
    """The digest of the browser if it is known to the address, else None."""
    digest = digest_of_browser(browser or "", address)
    return digest if await uow.known_browsers.has(digest) and browser else None


async def remember_browser(
    browser: str | None,
    address: str,
    accounts: Sequence[Account],
    uow: RegistryRepositories,
    surroundings: Surroundings,
) -> None:
    """Store the browser as known to the address, whose holder has these accounts."""
    if browser:
        digest = digest_of_browser(browser, address)
        await uow.known_browsers.keep(digest, [one.account_id for one in accounts], surroundings.clock())


async def need_of(person: OfficePerson, uow: RegistryRepositories, now: datetime) -> FactorNeed:
    """The second factor that a session of the person needs if it has proved only a mail box."""
    passkeys = await uow.passkeys.of_accounts([person.person_id])
    return person.second_factor.need(now, has_passkey=any(one.is_factor for one in passkeys))

"""Mails about acts that change contacts among other things: withdrawals, mergers, handovers, imports.

Invariants: a contact that loses its role or is erased by such an act is mailed as after a single change. An import
replaces and erases nobody. Taking a coordinator's role waits as if a contact of the member wanted it, since a file has
no reason; the rest of the row is imported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from isopolity.registry.application.commands import MergeMembers
from isopolity.registry.application.contacts import change_person
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.application.replacement.acts import change_of, start_waiting
from isopolity.registry.application.replacement.notices import notice_of, recipients_of, write_notices
from isopolity.registry.domain.contact import Contact, Person
from isopolity.registry.domain.contact_change import (
    CHANGED,
    ENTERED,
    IMPORTED,
    PARTED,
    PERSON,
    WITHDRAWN,
    ContactChange,
    NamedPerson,
)
from isopolity.registry.domain.contact_rights import Doer, takes_place_of


async def mail_person(
    before: Sequence[Contact],
    target: Contact,
    wanted: Person | None,
    doer: Doer,
    uow: RegistryRepositories,
    surroundings: Surroundings,
    *,
    with_main: bool = False,
    people: tuple[NamedPerson, ...] = (),
) -> None:
    """Mail the person and, with `with_main`, the main contact about changes of the person and of `people`."""
    recipients = recipients_of(before, target, doer.contact_id)
    if not with_main:
        recipients = [one for one in recipients if one[0] == PERSON]
    if not recipients:
        return
    change = _made(target, doer, surroundings, None, target, wanted)
    await uow.contact_changes.put(change)
    await write_notices(change, recipients, notice_of(change, target, before, people=people), uow, surroundings)


async def mail_summary(
    before: Sequence[Contact],
    people: Sequence[NamedPerson],
    doer: Doer,
    uow: RegistryRepositories,
    surroundings: Surroundings,
    *,
    what: str = IMPORTED,
) -> None:
    """Mail the main contact one summary of all people whom an act has added or changed at its member."""
    recipients = recipients_of(before, None, doer.contact_id)
    if not recipients or not people:
        return
    change = _made(before[0], doer, surroundings, what)
    await uow.contact_changes.put(change)
    await write_notices(change, recipients, notice_of(change, None, before, people=tuple(people)), uow, surroundings)


async def mail_entered(
    before: Sequence[Contact],
    people: Sequence[Person],
    doer: Doer,
    uow: RegistryRepositories,
    surroundings: Surroundings,
) -> None:
    """Mail the main contact that these people were added to the contacts `before`."""
    named = [NamedPerson(name=one.name, what=ENTERED, role=one.role) for one in people]
    await mail_summary(before, named, doer, uow, surroundings)


async def mail_erased(
    before: Sequence[Contact], doer: Doer, uow: RegistryRepositories, surroundings: Surroundings
) -> None:
    """Mail each contact in `before`, except the doer, that it was erased."""
    for contact in before:
        if contact.contact_id != doer.contact_id and contact.is_confirmed:
            await mail_person(before, contact, None, doer, uow, surroundings)


async def mail_withdrawn(
    before: Sequence[Contact], doer: Doer, uow: RegistryRepositories, surroundings: Surroundings
) -> None:
    """Mail the main contact, and another coordinator if it did this itself, that the member has left the network."""
    recipients = recipients_of(before, None, doer.contact_id)
    if recipients:
        change = _made(before[0], doer, surroundings, WITHDRAWN)
        await uow.contact_changes.put(change)
        await write_notices(change, recipients, notice_of(change, None, before), uow, surroundings)


async def mail_merged(
    command: MergeMembers,
    before: Sequence[Contact],
    moved: Mapping[str, str],
    uow: RegistryRepositories,
    surroundings: Surroundings,
) -> None:
    """Mail the contacts of a duplicate about their new member, and the kept member's main contact about the new ones.

    `before`: the contacts of both members; `moved`: their new ids by the ids of the duplicate's contacts.
    """
    doer = Doer(is_staff=True)
    kept = [one for one in before if one.member_id == command.member_id]
    gone = [one for one in before if one.member_id != command.member_id]
    known = {one.contact_id for one in kept}
    new = [one for one in gone if moved.get(one.contact_id) not in known]
    await mail_erased([one for one in gone if one not in new], doer, uow, surroundings)
    for one in new:
        if one.is_confirmed:
            here = replace(one, contact_id=moved[one.contact_id], member_id=command.member_id)
            await _mail_moved(here, doer, uow, surroundings)
    named = [NamedPerson(name=one.person.name, what=ENTERED, role=one.person.role) for one in new]
    await mail_summary(kept, named, doer, uow, surroundings)


async def _mail_moved(here: Contact, doer: Doer, uow: RegistryRepositories, surroundings: Surroundings) -> None:
    """Mail a person that it is now a contact of the member with which its own was merged."""
    await _mail_of(here, ENTERED, doer, uow, surroundings)


async def mail_parted(
    kept_id: str, people: Sequence[Contact], uow: RegistryRepositories, surroundings: Surroundings
) -> None:
    """Mail contacts that a merger was undone: `people`, who are its former entry's again, and the main contact."""
    doer = Doer(is_staff=True)
    for one in people:
        if one.is_confirmed:
            await _mail_of(one, PARTED, doer, uow, surroundings)
    ids = {one.contact_id for one in people}
    stay = [one for one in await uow.contacts.of_members([kept_id]) if one.contact_id not in ids]
    named = [NamedPerson(name=one.person.name, what=PARTED, role=one.person.role) for one in people]
    await mail_summary(stay, named, doer, uow, surroundings, what=PARTED)


async def _mail_of(here: Contact, what: str, doer: Doer, uow: RegistryRepositories, surroundings: Surroundings) -> None:
    change = _made(here, doer, surroundings, what, here, here.person)
    await uow.contact_changes.put(change)
    await write_notices(change, [(PERSON, here)], notice_of(change, here, [here]), uow, surroundings)


async def mail_handed_over(
    before: Sequence[Contact],
    predecessor: Contact,
    wanted: Person | None,
    successor: Person,
    doer: Doer,
    uow: RegistryRepositories,
    surroundings: Surroundings,
) -> None:
    """Mail the predecessor, even if it started the handover, and the main contact about the successor.

    Otherwise somebody with access to a coordinator's mail box could appoint a successor unnoticed.
    """
    is_known = any(one.person.address == successor.address for one in before)
    follows = NamedPerson(name=successor.name, what=CHANGED if is_known else ENTERED, role=successor.role)
    await mail_person(before, predecessor, wanted, doer, uow, surroundings, with_main=True, people=(follows,))


def _made(
    contact: Contact,
    doer: Doer,
    surroundings: Surroundings,
    what: str | None,
    target: Contact | None = None,
    wanted: Person | None = None,
) -> ContactChange:
    """A change that is made, without personal data; without a `target` it is about several contacts.

    `what`: None for what becomes of the target with the wanted data.
    """
    change = change_of(contact, target, wanted, doer, surroundings)
    contact_id = None if target is None else target.contact_id
    return replace(change, what=what or change.what, contact_id=contact_id, wanted=None, reason=None)


OFFICE: Final = Doer(is_staff=True)
"""The doer of changes by imports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPerson:
    """The effect of a row on a contact."""

    changed: Person | None
    """The new data of the contact; None if nothing has changed."""
    waits: bool
    """Whether the lower role of the row waits for the person's consent."""


async def import_person(
    contact: Contact, person: Person, before: Sequence[Contact], uow: RegistryRepositories, surroundings: Surroundings
) -> ImportedPerson:
    """Change the contact to the data of a row.

    A coordinator's change of role waits; other data are changed at once.
    """
    now, waits = person, False
    if takes_place_of(contact, person):
        waits = await start_waiting(contact, person, OFFICE, before, uow, surroundings) is not None
        now = replace(person, role=contact.person.role)
    if await change_person(contact, now, uow, surroundings) is contact:
        return ImportedPerson(changed=None, waits=waits)
    named = NamedPerson(name=now.name, what=CHANGED, role=now.role)
    await mail_summary(before, [named], OFFICE, uow, surroundings)
    return ImportedPerson(changed=now, waits=waits)

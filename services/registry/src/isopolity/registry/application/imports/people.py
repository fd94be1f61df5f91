"""Contacts of imported members: added beside the known ones, or changed, and what a preview says of both.

Invariant: a person with a new address replaces nobody; a known one keeps what its row does not give.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from isopolity.machine.turns import Turns
from isopolity.registry.application.contacts import add_person, same_address
from isopolity.registry.application.imports.rows import ImportRow, Outcome, StatedPerson
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.application.replacement.together import OFFICE, import_person, mail_entered
from isopolity.registry.domain.contact import Contact, Person, require_room
from isopolity.registry.domain.member import Member


async def contacts_of(
    member_ids: Sequence[str], rows: Sequence[ImportRow[Any]], uow: RegistryRepositories
) -> Mapping[str, Sequence[Contact]]:
    """Contacts by the id of their stored member; empty if no row names a person."""
    of_member: dict[str, list[Contact]] = {}
    if any(row.people for row in rows):
        for contact in await uow.contacts.of_members(set(member_ids)):
            of_member.setdefault(contact.member_id, []).append(contact)
    return of_member


def require_room_for(row: ImportRow[Any], old: Member[Any] | None, of_member: Mapping[str, Sequence[Contact]]) -> None:
    """Raise NotPossible if the row adds more contacts than its member may have."""
    contacts = () if old is None else of_member.get(old.member_id, ())
    new = [each for each in row.people if not any(same_address(one.person, each.person) for one in contacts)]
    if new:
        require_room(len(contacts) + len(new) - 1)


async def keep_people(
    people: Sequence[tuple[int, Member[Any], Sequence[StatedPerson]]],
    of_member: Mapping[str, Sequence[Contact]],
    uow: RegistryRepositories,
    surroundings: Surroundings,
    outcome: Outcome,
) -> set[str]:
    """Add and change contacts; returns the members with an added, changed or asked contact.

    A person with a new address is added to the member's contacts and replaces nobody.
    """
    kept: set[str] = set()
    turns = Turns()
    for line, member, stated in people:
        await turns.over()
        before = list(of_member.get(member.member_id, []))
        new: list[Person] = []
        for each in stated:
            same = next((one for one in before if same_address(one.person, each.person)), None)
            if same is not None:
                is_kept = await _change(line, same, each.beside(same.person), before, uow, surroundings, outcome)
                kept |= {member.member_id} if is_kept else set()
                continue
            added = _add(line, member, each.person, len(before) + len(new), uow, surroundings, outcome)
            new.append(added.person)
        if new:
            await mail_entered(before, new, OFFICE, uow, surroundings)
            kept.add(member.member_id)
            outcome.record_beside(line, before, new)
    return kept


async def _change(
    line: int,
    contact: Contact,
    wanted: Person,
    before: Sequence[Contact],
    uow: RegistryRepositories,
    surroundings: Surroundings,
    outcome: Outcome,
) -> bool:
    """Change a known contact to what a row says; returns whether it was changed, or asked about its role."""
    done = await import_person(contact, wanted, before, uow, surroundings)
    if done.changed is None and not done.waits:
        return False
    changed = done.changed or contact.person
    outcome.record_contact(line, contact, contact.person, changed)
    if done.waits:
        outcome.record_waiting(line, contact.person, wanted)
    outcome.record_person(line, contact.person, changed)
    return True


def _add(
    line: int,
    member: Member[Any],
    person: Person,
    known: int,
    uow: RegistryRepositories,
    surroundings: Surroundings,
    outcome: Outcome,
) -> Contact:
    """Add a contact to the `known` ones of its member."""
    added = add_person(member.profile.member_kind, member.member_id, person, uow, surroundings, known=known)
    outcome.added_people.add(added.contact_id)
    outcome.record_contact(line, added, None, person)
    outcome.to_confirm += not person.is_made_up
    outcome.record_person(line, None, person)
    return added

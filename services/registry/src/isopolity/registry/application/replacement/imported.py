"""Contacts in files: changes that an import makes of them, and the mails about these.

Invariants: an import replaces and erases nobody. Where it would take a coordinator's role, that waits as if a contact
of the member wanted it, since a file holds no reason; the rest of the row is done.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from isopolity.registry.application.contacts import change_person
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.application.replacement.acts import start_waiting
from isopolity.registry.application.replacement.together import tell_summary
from isopolity.registry.domain.contact import Contact, Person
from isopolity.registry.domain.replacement.contact_change import CHANGED
from isopolity.registry.domain.replacement.notice import NamedPerson
from isopolity.registry.domain.replacement.rights import Doer, takes_place_of

OFFICE: Final = Doer(is_staff=True)
"""The doer of changes that files ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPerson:
    """The outcome of a row for a contact."""

    changed: Person | None
    """The new data of the contact; None where nothing has changed."""
    waits: bool
    """Whether the person was asked for the lower role of the row, so that this waits."""


async def import_person(
    contact: Contact,
    person: Person,
    before: Sequence[Contact],
    uow: RegistryRepositories,
    surroundings: Surroundings,
) -> ImportedPerson:
    """Change the contact to the data of a row.

    Another role of a coordinator waits; the other data of the row are changed at once.
    """
    now, waits = person, False
    if takes_place_of(contact, person):
        waits = await start_waiting(contact, person, OFFICE, before, uow, surroundings) is not None
        now = replace(person, role=contact.person.role)
    if await change_person(contact, now, uow, surroundings) is contact:
        return ImportedPerson(changed=None, waits=waits)
    named = NamedPerson(name=now.name, what=CHANGED, role=now.role)
    await tell_summary(before, [named], OFFICE, uow, surroundings)
    return ImportedPerson(changed=now, waits=waits)

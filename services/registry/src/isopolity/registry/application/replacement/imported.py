"""Changes of contacts by imports, and the mails about them.

Invariants: an import replaces and erases nobody. Taking a coordinator's role waits as if a contact of the member wanted
it, since a file has no reason; the rest of the row is imported.
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
"""The doer of changes by imports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPerson:
    """The effect of a row on a contact."""

    changed: Person | None
    """The new data of the contact; None if nothing has changed."""
    waits: bool
    """Whether the lower role of the row waits for the person's consent."""


async def import_person(
    contact: Contact,
    person: Person,
    before: Sequence[Contact],
    uow: RegistryRepositories,
    surroundings: Surroundings,
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
    await tell_summary(before, [named], OFFICE, uow, surroundings)
    return ImportedPerson(changed=now, waits=waits)

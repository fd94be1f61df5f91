"""The office: the list of staff and operators, which operators keep.

Invariant: who is taken off, or gets other scopes or another address, loses all sessions in the same transaction. The
audit has ids, scopes and names of fields, and nobody's name or address.
"""

from dataclasses import fields, replace
from typing import Final

from isopolity.registry.application.access.session_ends import end_sessions_of_account
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.access.account import OfficePerson
from isopolity.registry.domain.access.second_factor import SecondFactor
from isopolity.registry.domain.errors import NotFound

_TOLD: Final = ("person_id", "scopes", "second_factor", "issuer_subject")


async def add_to_office(wanted: OfficePerson, uow: RegistryRepositories, surroundings: Surroundings) -> OfficePerson:
    """Keep a person; an address that is on the list already changes that entry. `person_id` is given here."""
    stored = await uow.office.by_address(wanted.address)
    opened = SecondFactor(opened_at=surroundings.clock())
    person = replace(
        wanted,
        person_id=stored.person_id if stored else surroundings.ids(),
        second_factor=stored.second_factor if stored else opened,
        issuer_subject=stored.issuer_subject if stored else None,
    )
    if person == stored:
        return stored
    await uow.office.put(person)
    if stored is not None and set(stored.scopes) != set(person.scopes):
        await end_sessions_of_account(person.person_id, uow)
    changed = [
        one.name for one in fields(person) if stored is None or getattr(stored, one.name) != getattr(person, one.name)
    ]
    uow.audit.note(
        "person",
        person.person_id,
        before=None if stored is None else {"scopes": sorted(stored.scopes)},
        after={"scopes": sorted(person.scopes)},
        details={"fields": [name for name in changed if name not in _TOLD]},
    )
    return person


async def remove_from_office(person_id: str, uow: RegistryRepositories) -> None:
    """Take a person off the list, which deletes who it was. Raises NotFound."""
    stored = await uow.office.get(person_id)
    if stored is None:
        raise NotFound("There is nobody with this id on the list of staff and operators.")
    await uow.office.remove(person_id)
    await uow.sign_ins.forget(stored.address)
    await end_sessions_of_account(person_id, uow)
    uow.audit.note("person", person_id, before={"scopes": sorted(stored.scopes)})

"""Staff chooses the contact to whom a member's mails go first.

Invariant: the order of contacts stays one of roles: the chosen contact gets the role that comes first, and each other
contact that would still come before it becomes a deputy. Each change is one of `acts`, with its mails and its reason.
"""

from dataclasses import replace
from typing import Final

from isopolity.registry.application.commands import ChangeContact
from isopolity.registry.application.ports import RegistryUnitOfWork, Surroundings
from isopolity.registry.application.replacement.acts import replace_contact
from isopolity.registry.domain.contact import Contact, main_contact
from isopolity.registry.domain.contact_rights import Doer
from isopolity.registry.domain.errors import NotFound, NotPossible
from isopolity.registry.domain.handover import DEPUTY

_FIRST: Final = {"city": "coordinator", "partner": "programme-officer"}
"""The role that a member's main contact has."""


async def make_main(contact_id: str, doer: Doer, uow: RegistryUnitOfWork, surroundings: Surroundings) -> Contact:
    """Make a contact the main one; unchanged if it is. Raises NotFound, NotPossible, InvalidProfile."""
    chosen = await _contact(contact_id, uow)
    if not chosen.is_confirmed:
        raise NotPossible("This contact has not confirmed its address, so no mails can go to it.")
    while (first := main_contact(await uow.contacts.of_members([chosen.member_id]))) is not None:
        if first.contact_id == contact_id:
            return first
        is_first = chosen.person.role == _FIRST[chosen.member_kind]
        target, role = (first, DEPUTY) if is_first else (chosen, _FIRST[chosen.member_kind])
        command = ChangeContact(contact_id=target.contact_id, person=replace(target.person, role=role))
        await replace_contact(command, doer, uow, surroundings)
        await uow.flush()  # so that a further change of a contact makes its next version
        chosen = await _contact(contact_id, uow)
    raise NotFound("There is no contact with this id; it may have been erased.")


async def _contact(contact_id: str, uow: RegistryUnitOfWork) -> Contact:
    found = await uow.contacts.get(contact_id)
    if found is None:
        raise NotFound("There is no contact with this id; it may have been erased.")
    return found

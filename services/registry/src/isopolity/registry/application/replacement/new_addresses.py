"""Coordinators who have changed their own address, and have not confirmed the new one yet.

Invariant: until they confirm it, no contact below them takes their place, since they get no mail that says so.
"""

from collections.abc import Iterable, Sequence

from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.replacement.contact_change import DONE, REPLACED, ContactChange
from isopolity.registry.domain.replacement.rights import GUARDED


def moving(contacts: Iterable[Contact], changes: Sequence[ContactChange]) -> frozenset[str]:
    """Ids of the coordinators whose own new address is not confirmed; `changes`: those of the member's contacts."""
    moved = {
        one.contact_id
        for one in changes
        if one.what == REPLACED and one.status == DONE and one.by_contact_id == one.contact_id
    }
    here = (one for one in contacts if not one.is_confirmed and one.person.role in GUARDED)
    return frozenset(one.contact_id for one in here if one.contact_id in moved)

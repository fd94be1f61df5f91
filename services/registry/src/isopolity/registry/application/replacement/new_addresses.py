"""Coordinators who have changed their own address, and have not confirmed the new one yet.

Invariant: between the two nobody below them takes their place: they are mailed nothing then, and would not hear of it.
"""

from collections.abc import Iterable, Sequence

from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.replacement.contact_change import DONE, REPLACED, ContactChange
from isopolity.registry.domain.replacement.rights import GUARDED


def moving(contacts: Iterable[Contact], changes: Sequence[ContactChange]) -> frozenset[str]:
    """The ids of those; `changes`: what is known of the contacts of the member."""
    moved = {
        one.contact_id
        for one in changes
        if one.what == REPLACED and one.status == DONE and one.by_contact_id == one.contact_id
    }
    here = (one for one in contacts if not one.is_confirmed and one.person.role in GUARDED)
    return frozenset(one.contact_id for one in here if one.contact_id in moved)

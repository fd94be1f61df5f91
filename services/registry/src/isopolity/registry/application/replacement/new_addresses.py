"""Finds coordinators who have changed their own address and not confirmed the new one yet.

Invariant: until they confirm it, no lower contact can take their place, since they would get no mail about it.
"""

from collections.abc import Iterable, Sequence

from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.replacement.contact_change import DONE, REPLACED, ContactChange
from isopolity.registry.domain.replacement.rights import GUARDED


def moving(contacts: Iterable[Contact], changes: Sequence[ContactChange]) -> frozenset[str]:
    """Ids of coordinators with an unconfirmed new address of their own; `changes`: those of the member's contacts."""
    moved = {
        one.contact_id
        for one in changes
        if one.what == REPLACED and one.status == DONE and one.by_contact_id == one.contact_id
    }
    here = (one for one in contacts if not one.is_confirmed and one.person.role in GUARDED)
    return frozenset(one.contact_id for one in here if one.contact_id in moved)

"""Whom notify mails of a member's contacts.

Invariant: it is the order that notify keeps, which a test compares.
"""

from collections.abc import Iterable
from typing import Final

from isopolity.client.registry.models import ContactDocument

_ROLES: Final = ("coordinator", "programme-officer", "deputy", "approver")


def mailed_first(contacts: Iterable[ContactDocument]) -> list[ContactDocument]:
    """The contacts in the order in which they are chosen: mails go to the first."""
    return sorted(contacts, key=lambda each: (not each.confirmed, _rank(each.role), each.contact_id))


def _rank(role: str) -> int:
    return _ROLES.index(role) if role in _ROLES else len(_ROLES)

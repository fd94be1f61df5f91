"""Whom notify mails of a member's contacts.

Invariant: it is the order that notify keeps, which a test compares.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

_ROLES: Final = ("coordinator", "programme-officer", "deputy", "approver")


def mailed_first(contacts: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The contacts in the order in which they are chosen: mails go to the first."""
    return sorted(contacts, key=lambda each: (not each.get("confirmed", True), _rank(each["role"]), each["contact_id"]))


def _rank(role: str) -> int:
    return _ROLES.index(role) if role in _ROLES else len(_ROLES)

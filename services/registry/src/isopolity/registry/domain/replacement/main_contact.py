"""The main contact of a member, which gets its mails."""

from collections.abc import Iterable
from typing import Final

from isopolity.registry.domain.contact import Contact

_ORDER: Final = ("coordinator", "programme-officer", "deputy", "approver")
"""Roles in notify's order of recipients. Of one role the contact added first comes first, one from a merger last."""


def main_contact(contacts: Iterable[Contact]) -> Contact | None:
    """The first confirmed contact: a coordinator, else a programme officer, deputy, approver, any other."""
    return min((one for one in contacts if one.is_confirmed), key=_preference, default=None)


def comes_before(role: str, other: str) -> bool:
    """Whether a contact with `role` gets the member's mails before one with `other`."""
    return _rank(role) < _rank(other)


def _rank(role: str) -> int:
    return _ORDER.index(role) if role in _ORDER else len(_ORDER)


def _preference(contact: Contact) -> tuple[int, bool, str]:
    return _rank(contact.person.role), contact.moved, contact.contact_id

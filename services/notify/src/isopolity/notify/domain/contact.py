"""A contact: the person of a member whom notify writes to. Only here and in registry does a name or address stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_PREFERENCE: Final = ("coordinator", "programme-officer", "deputy", "approver")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person at a member, as registry knew them at `version`."""

    contact_id: str
    version: int
    member_kind: str
    member_id: str
    role: str
    name: str
    email: str
    language: str


def first_choice(contacts: Iterable[Contact]) -> Contact:
    """Whom of a member's contacts to write to: coordinator or programme officer, then the deputy, the approver last."""
    return min(contacts, key=_preference)


def _preference(contact: Contact) -> tuple[int, str]:
    known = contact.role in _PREFERENCE
    return (_PREFERENCE.index(contact.role) if known else len(_PREFERENCE), contact.contact_id)

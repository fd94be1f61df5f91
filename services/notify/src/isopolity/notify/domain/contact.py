"""A contact: the person of a member whom notify writes to. Names and addresses stand only here and in registry."""

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
    """The contact of a member to write to: coordinator, else programme officer, deputy, approver, else any other."""
    return min(contacts, key=_preference)


def _preference(contact: Contact) -> tuple[int, str]:
    known = contact.role in _PREFERENCE
    return (_PREFERENCE.index(contact.role) if known else len(_PREFERENCE), contact.contact_id)

"""Accounts: the capacities in which somebody may sign in, each a contact of a member or an entry of the office's list;
requests to change that list.

Invariants: an account's id reveals nothing about the person; it is the subject of its tokens. Nobody can gain rights
alone, neither in the own entry nor in another one that they could sign in as: a keeper alone grants only rights that
the keeper holds, and never the right to keep the list.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from isopolity.identity.actors import OFFICE_SCOPES, holds
from isopolity.identity.addresses import address_key
from isopolity.registry.domain.access.second_factor import SecondFactor
from isopolity.registry.domain.contact import Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePerson:
    """Somebody of the network's office: staff, operator, or both, with all rights or some.

    A person, so never part of an event.
    """

    person_id: str
    name: str
    email: str
    language: str
    scopes: Sequence[str]
    second_factor: SecondFactor = field(default_factory=SecondFactor)
    issuer_subject: str | None = field(default=None, repr=False)
    """The person's subject at the issuer of the office's organisation; set at the first sign-in there."""

    @property
    def address(self) -> str:
        """The key of the e-mail address, which is unique on the list."""
        return address_key(self.email)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One of the capacities in which the holder of an address may act."""

    account_id: str
    """The id of the contact, or of the person of the office."""
    scopes: Sequence[str]
    name: str
    email: str
    """The address for mails: as it was entered in registry, never as typed at sign-in."""
    language: str
    member_kind: str | None = None
    member_id: str | None = None
    member_name: str | None = None
    role: str | None = None

    @property
    def kind(self) -> str:
        """`member` for a contact, `staff` for somebody of the office."""
        return "staff" if self.member_id is None else "member"


def account_of_contact(contact: Contact, member_name: str) -> Account:
    """The account of a contact whose member is in the network."""
    person = contact.person
    return Account(
        account_id=contact.contact_id,
        scopes=("member",),
        name=person.name,
        email=person.email,
        language=person.language,
        member_kind=contact.member_kind,
        member_id=contact.member_id,
        member_name=member_name,
        role=person.role,
    )


def account_of_office(person: OfficePerson) -> Account:
    """The account of somebody of the office."""
    return Account(
        account_id=person.person_id,
        scopes=tuple(person.scopes),
        name=person.name,
        email=person.email,
        language=person.language,
    )


RIGHTS: Final = "rights"
"""The person shall be on the list with these rights."""
APP: Final = "app"
"""The person shall enrol another app; the keeper who confirms gets the enrolment code."""
VALID: Final = timedelta(days=14)
"""How long a request waits for a second person."""
_KEEPS: Final = frozenset({"staff", "staff:manage", "operator"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeRequest:
    """A request for one change of the list."""

    request_id: str
    wants: str
    person: OfficePerson
    """The wanted entry; its id is empty if the person is not on the list yet."""
    asked_by: str
    """The id of the keeper who made the request."""
    asked_at: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether the request has expired."""
        return now >= self.asked_at + VALID


def keeps_list(scopes: Collection[str]) -> bool:
    """Whether holders of these scopes keep the list of the office, and so may confirm requests of others."""
    return any(scope in _KEEPS for scope in scopes)


def needs_second(held: Collection[str], before: Collection[str], wanted: Collection[str]) -> bool:
    """Whether a keeper with the scopes `held` needs a second person to give `wanted` to a person with `before`."""
    gained = [scope for scope in OFFICE_SCOPES if holds(wanted, scope) and not holds(before, scope)]
    return keeps_list(gained) or any(not holds(held, scope) for scope in gained)

"""Recipients of mails: contacts of members, applicants, and people who sign in.

Invariant: only registry and this module hold names and addresses. Applicants and people who sign in are known only
while the mail to them is written, and the classes of those people have no fields in their `repr`, so that no log
contains them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

APPROVER: Final = "approver"
"""The role of a contact who has to approve a yes of its member."""
_PREFERENCE: Final = ("coordinator", "programme-officer", "deputy", APPROVER)


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
    confirmed: bool = True
    """Whether the person has proved to own the mail box; until then nothing is mailed to it."""
    moved: bool = False
    """Whether it came from an entry that was merged into its member; others with the same role are chosen first."""


def has_approver(contacts: Iterable[Contact]) -> bool:
    """Whether an approver is among the contacts."""
    return any(contact.role == APPROVER for contact in contacts)


def first_choice(contacts: Iterable[Contact]) -> Contact | None:
    """The contact of a member to write to: coordinator, else programme officer, deputy, approver, else any other.

    None if no contact has confirmed the address.
    """
    return min((one for one in contacts if one.confirmed), key=_preference, default=None)


def _preference(contact: Contact) -> tuple[int, bool, str]:
    known = contact.role in _PREFERENCE
    rank = _PREFERENCE.index(contact.role) if known else len(_PREFERENCE)
    return rank, contact.moved, contact.contact_id


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Applicant:
    """A person who applied for `member_name`, takes it over, or is named its contact.

    `secret` confirms, once and until `valid_until`.
    """

    name: str
    email: str
    language: str
    member_name: str
    secret: str
    valid_until: datetime
    handed_over_by: str | None = None
    """Name of the predecessor in a handover; None without a handover."""
    contact_role: str | None = None
    """Role of a person who is named a contact of the member; None for an applicant or a successor."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DraftLink:
    """A link to a draft of an application, for the holder of an address; `secret` opens it until `valid_until`."""

    email: str
    language: str
    secret: str
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NamedPerson:
    """A person whom an import added or changed: `what` was done, and the person's role."""

    name: str
    what: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ContactNotice:
    """A change of a contact, done or requested; `what`, `stage`, `to` and `ground` are registry's codes."""

    what: str
    stage: str
    to: str
    at: datetime
    by_name: str | None
    by_role: str | None
    by_office: bool
    person: str
    role_before: str | None
    role_after: str | None
    new_name: str | None = None
    new_email: str | None = None
    ground: str | None = None
    people: tuple[NamedPerson, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitingProgramme:
    """A programme that a city is invited to make a request for; amounts are whole units of its currency."""

    partner_id: str
    partner_name: str
    programme_id: str
    name: str
    purpose: str | None = None
    language: str | None = None
    """The language of name and purpose."""
    subjects: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    grant_min: int
    grant_max: int
    currency: str
    closes: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OfficeLetter:
    """A letter of registry's office about the application or the contacts of `member_name`, or an invitation of it to
    make a request; and its recipient.

    `reason` is a code, `words` are staff's own text. `secret` opens the link, until `valid_until`, if there is one.
    """

    name: str
    email: str
    language: str
    member_name: str
    reason: str | None = None
    words: str | None = None
    secret: str | None = None
    valid_until: datetime | None = None
    notice: ContactNotice | None = None
    invitation: InvitingProgramme | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SignIn:
    """A person who wants to sign in; `secret`, or `code` where it was asked for, lets in once within `minutes`."""

    name: str
    email: str
    language: str
    secret: str
    code: str
    minutes: int


Issued = Applicant | DraftLink | OfficeLetter | SignIn
"""Content of a letter, as registry issues it: the recipient, with a text or a secret."""

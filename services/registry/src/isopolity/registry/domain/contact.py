"""A contact: a person who answers for a member; the main contact gets the member's mails.

Invariant: name and address stay in registry's own table; events say only that a contact changed and whether its
address is confirmed. Entering an address does not confirm it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from isopolity.identity.addresses import address_key
from isopolity.registry.domain.errors import NotPossible
from isopolity.registry.domain.wording import Text

LINK_VALID: Final = timedelta(days=14)
"""How long a mailed link can confirm an address."""
_RESERVED: Final = ".example"
"""The domain that RFC 2606 reserves for examples: it has no mail boxes, and never will."""
MOST_CONTACTS: Final = 20
"""The most contacts of a member; a member that already has more keeps them, but cannot add any."""


def require_room(known: int) -> None:
    """Raise NotPossible if a member with `known` contacts may not add another one."""
    if known >= MOST_CONTACTS:
        raise NotPossible(
            f"A member has at most {MOST_CONTACTS} contacts; erase one that answers for it no more, then add this one."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The data of a contact: role, name, address and language."""

    role: str
    name: str
    email: str
    language: str = "en"

    @property
    def address(self) -> str:
        """The key of the e-mail address; a member has one contact for each key."""
        return address_key(self.email)

    @property
    def is_made_up(self) -> bool:
        """Whether the address is in the domain for examples; it has no mail box, so there is nothing to confirm."""
        return self.address.endswith(_RESERVED)

    def texts(self) -> Iterable[Text]:
        """The texts that `wording` checks on input."""
        yield Text(("name",), self.name, "person")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A contact of a member at one version."""

    contact_id: str
    version: int
    member_kind: str
    member_id: str
    person: Person
    confirmed_at: datetime | None = None
    """When the person proved to own the mail box; None if the address is not confirmed."""
    asked: str | None = None
    """The id of the last mail that asks to confirm the address; None if there was no such mail."""
    secret_digest: str | None = None
    """SHA-256 of the secret in the last such mail, in hex."""
    valid_until: datetime | None = None
    """When that secret expires."""
    moved: bool = False
    """Whether it came from an entry that was merged into its member; others with its role get mails first."""

    @property
    def identifier(self) -> str:
        return self.contact_id

    @property
    def is_confirmed(self) -> bool:
        """Whether the address is confirmed, so that mails may go to it."""
        return self.confirmed_at is not None or self.person.is_made_up

    def changed(self, person: Person, *, confirmed_at: datetime | None = None) -> Self:
        """The next version with other data; itself if nothing differs. `confirmed_at`: when its address was proved."""
        if person == self.person:
            return self if confirmed_at is None else self.confirmed(confirmed_at)
        changed = replace(self, version=self.version + 1, person=person)
        if confirmed_at is not None:
            return changed._with_proof(confirmed_at)
        return changed if person.address == self.person.address else changed._with_proof(None).asking()

    def confirmed(self, now: datetime) -> Self:
        """The next version with a confirmed address; itself if it is confirmed already."""
        return self if self.is_confirmed else replace(self, version=self.version + 1)._with_proof(now)

    def asking(self) -> Self:
        """The contact with a new mail that asks to confirm it, without a secret yet; itself if it is confirmed."""
        if self.is_confirmed:
            return self
        return replace(self, asked=f"{self.contact_id}.{self.version}", secret_digest=None, valid_until=None)

    def issued(self, digest: str, now: datetime) -> Self:
        """The contact with the digest of the secret in the mail that is written now."""
        return replace(self, secret_digest=digest, valid_until=now + LINK_VALID)

    def waits(self, now: datetime) -> bool:
        """Whether the secret of its mail is valid: the contact is not confirmed and the secret has not expired."""
        return not self.is_confirmed and self.valid_until is not None and now < self.valid_until

    def _with_proof(self, moment: datetime | None) -> Self:
        return replace(self, confirmed_at=moment, asked=None, secret_digest=None, valid_until=None)

    def answering_for(self, member_id: str) -> Self:
        """The next version as a contact of `member_id`, the entry into which its member was merged."""
        return replace(self, version=self.version + 1, member_id=member_id, moved=True)

    def published_again(self) -> Self:
        """The next version without changes, to be published because the status of its member has changed."""
        return replace(self, version=self.version + 1)


_ORDER: Final = ("coordinator", "programme-officer", "deputy", "approver")
"""Roles in notify's order of recipients. Of one role the contact added first comes first, one from a merger last."""


def main_contact(contacts: Iterable[Contact]) -> Contact | None:
    """The first confirmed contact: a coordinator, else a programme officer, deputy, approver, any other."""
    return min((one for one in contacts if one.is_confirmed), key=_preference, default=None)


def comes_before(role: str, other: str) -> bool:
    """Whether a contact with `role` gets the member's mails before one with `other`."""
    return role_rank(role) < role_rank(other)


def role_rank(role: str) -> int:
    """The place of a role in the order of recipients, from 0."""
    return _ORDER.index(role) if role in _ORDER else len(_ORDER)


def _preference(contact: Contact) -> tuple[int, bool, str]:
    return role_rank(contact.person.role), contact.moved, contact.contact_id

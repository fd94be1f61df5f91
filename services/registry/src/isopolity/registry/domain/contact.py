"""A contact: a person who answers for a member. The only personal data that registry holds.

Invariant: name and address stay in registry's own table; events say no more than that a contact changed, and whether
its address is confirmed. An address is not confirmed by being entered.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from isopolity.mail_addresses import address_key
from isopolity.registry.domain.errors import NotPossible
from isopolity.registry.domain.wording import Text

LINK_VALID: Final = timedelta(days=14)
"""How long a link confirms an address, from being mailed on."""
_RESERVED: Final = ".example"
"""The domain that RFC 2606 reserves for examples: it has no mail boxes, and never will."""
MOST_CONTACTS: Final = 20
"""The most contacts of a member; one that has more from before keeps them, and gets no other until it has fewer."""


def require_room(known: int) -> None:
    """Raise NotPossible where a member with `known` contacts has no room for another one."""
    if known >= MOST_CONTACTS:
        raise NotPossible(
            f"A member has at most {MOST_CONTACTS} contacts; erase one that answers for it no more, then add this one."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who it is, and in which language to write."""

    role: str
    name: str
    email: str
    language: str = "en"

    @property
    def address(self) -> str:
        """The key of the e-mail address: what makes two contacts of a member the same."""
        return address_key(self.email)

    @property
    def is_made_up(self) -> bool:
        """Whether the address is of the domain for examples: no mail box exists, so there is nothing to prove."""
        return self.address.endswith(_RESERVED)

    def texts(self) -> Iterable[Text]:
        """The texts that `wording` looks at when the entry comes in."""
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
    """When the person proved to have the mail box."""
    asked: str | None = None
    """The id of the last mail that asks to confirm the address; None where no mail was asked for."""
    secret_digest: str | None = None
    """SHA-256 of the secret in the last such mail, in hex."""
    valid_until: datetime | None = None
    """The moment when that secret stops counting."""
    moved: bool = False
    """Whether it came with an entry that was merged into its member: mails go to others of its role first."""

    @property
    def identifier(self) -> str:
        return self.contact_id

    @property
    def is_confirmed(self) -> bool:
        """Whether the contact may be written to."""
        return self.confirmed_at is not None or self.person.is_made_up

    def changed(self, person: Person, *, confirmed_at: datetime | None = None) -> Self:
        """With other data; itself if nothing differs. `confirmed_at`: when the person proved the address, if so."""
        if person == self.person:
            return self if confirmed_at is None else self.confirmed(confirmed_at)
        changed = replace(self, version=self.version + 1, person=person)
        if confirmed_at is not None:
            return changed._with_proof(confirmed_at)
        return changed if person.address == self.person.address else changed._with_proof(None).asking()

    def confirmed(self, now: datetime) -> Self:
        """The contact at the next version, confirmed; itself if it is confirmed already."""
        return self if self.is_confirmed else replace(self, version=self.version + 1)._with_proof(now)

    def asking(self) -> Self:
        """With a new mail that asks for its confirmation, which ends the earlier secret; itself if it is confirmed."""
        if self.is_confirmed:
            return self
        return replace(self, asked=f"{self.contact_id}.{self.version}", secret_digest=None, valid_until=None)

    def issued(self, digest: str, now: datetime) -> Self:
        """With the digest of the secret in the mail that is about to go."""
        return replace(self, secret_digest=digest, valid_until=now + LINK_VALID)

    def waits(self, now: datetime) -> bool:
        """Whether the secret of its mail counts: it is not confirmed yet, and in time."""
        return not self.is_confirmed and self.valid_until is not None and now < self.valid_until

    def _with_proof(self, moment: datetime | None) -> Self:
        return replace(self, confirmed_at=moment, asked=None, secret_digest=None, valid_until=None)

    def answering_for(self, member_id: str) -> Self:
        """The contact, from now on of `member_id`, the entry that its member was merged into."""
        return replace(self, version=self.version + 1, member_id=member_id, moved=True)

    def published_again(self) -> Self:
        """At the next version with nothing changed: whether it may be written to has changed with its member."""
        return replace(self, version=self.version + 1)

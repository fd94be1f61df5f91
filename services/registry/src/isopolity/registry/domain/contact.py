"""A contact: a person who answers for a member. The only personal data that registry holds.

Invariant: name and address stay in registry's own table; events say no more than that a contact changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from isopolity.mail_addresses import address_key
from isopolity.registry.domain.wording import Text


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

    @property
    def identifier(self) -> str:
        return self.contact_id

    def changed(self, person: Person) -> Self:
        """With other data; itself if nothing differs."""
        return self if person == self.person else replace(self, version=self.version + 1, person=person)

    def told_again(self) -> Self:
        """At the next version with nothing changed: whether it may be written to has changed with its member."""
        return replace(self, version=self.version + 1)

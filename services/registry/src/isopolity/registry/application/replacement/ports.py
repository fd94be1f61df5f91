"""The port of changes of contacts and of the links in their mails.

Invariant: a change that is read by its id is locked until the transaction ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from isopolity.registry.domain.replacement.contact_change import ContactChange


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLink:
    """The link in one mail about a change: `to` is `person` or `main`."""

    letter_id: str
    change_id: str
    to: str
    secret_digest: str


class ContactChangeRepository(Protocol):
    """Changes of contacts."""

    async def put(self, change: ContactChange) -> None:
        """Keep the change, new or in place of its earlier state."""

    async def get(self, change_id: str) -> ContactChange | None:
        """The change with this id, locked until the transaction ends; or None."""

    async def peek(self, change_id: str) -> ContactChange | None:
        """The change with this id, not locked; or None."""

    async def of_member(self, member_id: str) -> Sequence[ContactChange]:
        """All changes of the member, the newest first; they are not locked."""

    async def on_desk(self, limit: int) -> Sequence[ContactChange]:
        """Changes to which staff was called and has not decided, the oldest call first; they are not locked."""

    async def due(self, now: datetime, limit: int) -> Sequence[str]:
        """The ids of changes that wait and whose time is over."""

    async def remove(self, change_id: str) -> None:
        """Delete the change, with its links."""

    async def drop_of(self, contact_id: str) -> None:
        """Delete open changes that this contact started, and open changes of it."""

    async def put_link(self, link: ChangeLink) -> None:
        """Keep the link of a letter, in place of the one that the letter had."""

    async def link_of_letter(self, letter_id: str) -> ChangeLink | None:
        """The link of this letter, or None."""

    async def link_by_secret(self, digest: str) -> ChangeLink | None:
        """The link whose secret has this digest, or None."""

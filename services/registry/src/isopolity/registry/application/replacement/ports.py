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
    """Stores changes of contacts and links in mails about them."""

    async def put(self, change: ContactChange) -> None:
        """Store the change, new or in place of its earlier state."""

    async def get(self, change_id: str) -> ContactChange | None:
        """The change with this id, locked until the transaction ends; or None."""

    async def peek(self, change_id: str) -> ContactChange | None:
        """The change with this id, not locked; or None."""

    async def of_member(self, member_id: str) -> Sequence[ContactChange]:
        """All changes of the member, the newest first; they are not locked."""

    async def on_desk(self, limit: int) -> Sequence[ContactChange]:
        """Changes that wait for staff's decision after a call, the oldest call first; they are not locked."""

    async def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Ids of waiting changes whose time to object is over."""

    async def remove(self, change_id: str) -> None:
        """Delete the change, with its links."""

    async def drop_of(self, contact_id: str) -> None:
        """Delete open changes of this contact, and those that it started."""

    async def put_link(self, link: ChangeLink) -> None:
        """Store the link of a letter, in place of its earlier one."""

    async def link_of_letter(self, letter_id: str) -> ChangeLink | None:
        """The link of this letter, or None."""

    async def link_by_secret(self, digest: str) -> ChangeLink | None:
        """The link whose secret has this digest, or None."""

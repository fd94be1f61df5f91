"""A member as staff's lists show it, and the port that keeps it.

Invariant: of an answer only its day is known here, and of a person whether there is a confirmed contact.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A present member as registry published it at `version`."""

    member_id: str
    version: int
    member_kind: str
    """`city` or `partner`."""
    kind: str
    """City, district, foundation and so on."""
    status: str
    """`applied` or `endorsed`."""
    name: str
    country: str
    region: str
    changed_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFacts:
    """A member's contacts, mails, answers and proposals, as far as lists show them."""

    contacts: int = 0
    confirmed: int = 0
    mails: str = "none"
    """`lost` if a contact's latest mails do not arrive, `sent` if all arrive, `none` if nothing was mailed yet."""
    answered_on: date | None = None
    open_proposals: int = 0

    @property
    def contact(self) -> str:
        """`confirmed`, `unconfirmed` or `none`."""
        return "confirmed" if self.confirmed else "unconfirmed" if self.contacts else "none"


class MemberRepository(Protocol):
    """Stores notify's projection of members."""

    async def put(self, member: Member) -> None:
        """Store `member`, unless the same or a newer version is known."""

    async def remove(self, member_id: str, version: int) -> None:
        """Delete a member that left at `version`, unless a newer one is known."""

"""A handover: who answers for a member passes this on to a successor, once both have confirmed it.

Invariant: until the successor confirms, nothing of the member and its contacts changes. Who starts it confirms by
that: the predecessor, signed in, or staff where the predecessor left.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from isopolity.registry.domain.contact import Contact, Person
from isopolity.registry.domain.errors import Gone

VALID: Final = timedelta(days=14)
"""How long a successor may confirm, from the start on."""
ROLES: Final = ("coordinator", "programme-officer")
"""The roles that are handed over; all others are named among the contacts."""
DEPUTY: Final = "deputy"
GONE: Final = "gone"
BECOMES: Final = (DEPUTY, GONE)
"""What the predecessor becomes: a deputy, or nobody, which erases the person."""
_ENDED: Final = "This handover does not stand any more. Ask who named you, or the network's office, to start it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A handover that waits for its successor; a member has one at most."""

    handover_id: str
    member_kind: str
    member_id: str
    predecessor_id: str | None
    """The contact; None where staff started it and the predecessor is erased already."""
    predecessor_becomes: str
    by_staff: bool
    successor: Person
    """With the role that is handed over."""
    started_at: datetime
    secret_digest: str | None = None
    """SHA-256 of the secret mailed last, in hex."""

    @property
    def valid_until(self) -> datetime:
        """When it ends by itself."""
        return self.started_at + VALID

    def issued(self, digest: str, now: datetime) -> Self:
        """With a new secret, which voids the one before. Raises Gone where it has ended."""
        self.require_waiting(now)
        return replace(self, secret_digest=digest)

    def require_waiting(self, now: datetime) -> None:
        """Raise Gone where its time is over."""
        if self.valid_until <= now:
            raise Gone(_ENDED)

    def require_predecessor(self, predecessor: Contact | None) -> None:
        """Raise Gone where the predecessor has another role by now, or was erased since the start."""
        if self.predecessor_id is not None and (predecessor is None or predecessor.person.role != self.successor.role):
            raise Gone(_ENDED)


def ended() -> Gone:
    """The refusal of a link that is wrong, was used or replaced, or of a handover that does not stand any more."""
    return Gone(_ENDED)

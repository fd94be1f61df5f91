"""A handover: a contact passes its role to a successor, once both have confirmed it.

Invariant: until the successor confirms, the member and its contacts stay unchanged. Starting the handover confirms it
for the predecessor; staff starts it if the predecessor has left.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Self

from isopolity.machine import periods
from isopolity.registry.domain.contact import Contact, Person
from isopolity.registry.domain.errors import Gone

VALID: Final = periods.HANDOVER
"""How long after its start a successor may confirm a handover."""
ROLES: Final = ("coordinator", "programme-officer")
"""The roles that can be handed over; other roles are assigned in the list of contacts."""
DEPUTY: Final = "deputy"
GONE: Final = "gone"
BECOMES: Final = (DEPUTY, GONE)
"""Possible futures of the predecessor: a deputy, or erased."""
_ENDED: Final = "This handover has ended. Ask who named you, or the network's office, to start it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A pending handover; a member has one at most."""

    handover_id: str
    member_kind: str
    member_id: str
    predecessor_id: str | None
    """The contact that hands over; None if staff started it and the predecessor is already erased."""
    predecessor_becomes: str
    by_staff: bool
    successor: Person
    """The successor, with the role that is handed over."""
    started_at: datetime
    secret_digest: str | None = None
    """SHA-256 of the secret mailed last, in hex."""

    @property
    def valid_until(self) -> datetime:
        """The moment from which the handover can no longer be accepted."""
        return self.started_at + VALID

    def issued(self, digest: str, now: datetime) -> Self:
        """The handover with a new secret, which replaces the earlier one. Raises Gone if it has ended."""
        self.require_waiting(now)
        return replace(self, secret_digest=digest)

    def require_waiting(self, now: datetime) -> None:
        """Raise Gone if it has expired."""
        if self.valid_until <= now:
            raise Gone(_ENDED)

    def require_predecessor(self, predecessor: Contact | None) -> None:
        """Raise Gone if the predecessor has changed role or was erased since the start."""
        if self.predecessor_id is not None and (predecessor is None or predecessor.person.role != self.successor.role):
            raise Gone(_ENDED)


def ended() -> Gone:
    """The error for a link that is wrong, used or replaced, or whose handover has ended."""
    return Gone(_ENDED)

"""An application to join: what somebody says of a city or partner, until staff decides.

Invariant: it is no member, and its person no contact. Only the holder of the mailed secret confirms its address; once
the application is decided, nothing personal is left in it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Self

from isopolity.registry.domain.contact import Person
from isopolity.registry.domain.errors import Gone, NotPossible

UNCONFIRMED: Final = "unconfirmed"
CONFIRMED: Final = "confirmed"
ENDORSED: Final = "endorsed"
REFUSED: Final = "refused"
OPEN: Final = (UNCONFIRMED, CONFIRMED)

LINK_VALID: Final = timedelta(days=7)
"""How long a mailed link confirms, from the moment when its secret was issued."""

NOT_AUTHENTIC: Final = "not-authentic"
REFUSALS: Final = ("duplicate", "incomplete", NOT_AUTHENTIC, "not-eligible", "other")
"""Why staff refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An application at one version. `profile` is a city's or a partner's."""

    application_id: str
    version: int
    status: str
    region: str
    profile: Any
    person: Person | None
    """The person who applied; None once it is decided."""
    others: tuple[Person, ...] = ()
    """Further contacts whom that person names; empty once it is decided."""
    received_at: datetime
    mailable: bool
    """False where the address had got its share of mails already: no link goes to it."""
    secret_digest: str | None = None
    """SHA-256 of the secret issued last, in hex; None where no link is open."""
    valid_until: datetime | None = None
    """When the link issued last ends."""
    decided_at: datetime | None = None
    reason: str | None = None
    """Why it was refused."""
    member_id: str | None = None
    """Whom the endorsement made a member."""

    @property
    def identifier(self) -> str:
        return self.application_id

    @property
    def key(self) -> str:
        """Its own id: applications for one member may stand side by side, or a stranger could block it."""
        return self.application_id

    def issued(self, digest: str, now: datetime) -> Self:
        """With a new secret, which voids the one before. Raises Gone where no address is to be confirmed."""
        if self.status != UNCONFIRMED or not self.mailable:
            raise Gone("There is no address to confirm in this application; send nothing.")
        return self._next(secret_digest=digest, valid_until=now + LINK_VALID)

    def confirmed(self, now: datetime) -> Self:
        """With its address confirmed, and the link spent. Raises Gone if the link is too old."""
        if self.status != UNCONFIRMED or self.valid_until is None or self.valid_until <= now:
            raise Gone("This link has been used, replaced or is too old; apply once more to get another.")
        return self._next(status=CONFIRMED, secret_digest=None)

    def endorsed(self, member_id: str, now: datetime) -> Self:
        """Made the member `member_id`."""
        return self._decided(now, status=ENDORSED, member_id=member_id)

    def refused(self, reason: str, now: datetime) -> Self:
        """Refused by staff, for one of `REFUSALS`."""
        return self._decided(now, status=REFUSED, reason=reason)

    def require_open(self) -> None:
        """Raise NotPossible if it is decided already."""
        if self.status not in OPEN:
            raise NotPossible(f"The application has been {self.status} already; read it to see what became of it.")

    def _decided(self, now: datetime, **changes: Any) -> Self:
        self.require_open()
        return self._next(person=None, others=(), secret_digest=None, decided_at=now, **changes)

    def _next(self, **changes: Any) -> Self:
        return replace(self, version=self.version + 1, **changes)

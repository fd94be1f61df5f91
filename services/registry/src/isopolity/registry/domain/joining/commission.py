"""A National Commission, and what it says about the application of a city in its country.

Invariant: a commission advises; staff decides. It reads what the application says of the city, never who applied.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from isopolity.registry.domain.errors import NotPossible

CONSULTED: Final = timedelta(days=60)
"""How long a commission may say something, from being asked on."""
ENDORSES: Final = "endorses"
OBJECTS: Final = "objects"
VERDICTS: Final = (ENDORSES, OBJECTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission:
    """The commission of a country: its name, and where it is written to."""

    country: str
    name: str
    email: str
    language: str
    changed_at: datetime
    """Since when it has this address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """What a commission was asked about one application, and what it says; it may change that until staff decides."""

    application_id: str
    country: str
    commission_name: str
    asked_at: datetime
    letter_id: str | None = None
    """The letter whose mail asks; None where a release that did not keep it asked."""
    undelivered_at: datetime | None = None
    """When it became known that this mail reaches nobody."""
    secret_digest: str | None = None
    """SHA-256 of the secret mailed last, in hex."""
    verdict: str | None = None
    """One of `VERDICTS`; None while it has said nothing."""
    words: str | None = None
    """Its reasons."""
    answered_at: datetime | None = None

    @property
    def valid_until(self) -> datetime:
        """When its link ends by itself."""
        return self.asked_at + CONSULTED

    def issued(self, digest: str) -> Self:
        """With a new secret, which voids the one before."""
        return replace(self, secret_digest=digest)

    def said(self, verdict: str, words: str | None, now: datetime) -> Self:
        """With what the commission says now."""
        return replace(self, verdict=verdict, words=words, answered_at=now)

    def unreached(self, now: datetime) -> Self:
        """Over, since the mail that asks reaches nobody."""
        return replace(self, undelivered_at=self.undelivered_at or now)

    def require_over(self, commission: Commission, now: datetime) -> None:
        """Raise NotPossible where asking once more would only double the mail."""
        if self.verdict is not None:
            raise NotPossible("The National Commission has said already what it thinks of this application.")
        reached = self.undelivered_at is None
        if reached and now < self.valid_until and commission.changed_at <= self.asked_at:
            raise NotPossible("The National Commission has been asked already, and its link still holds; wait for it.")

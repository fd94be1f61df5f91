"""A National Commission, and its opinion on the application of a city in its country.

Invariant: a commission advises; staff decides. It reads the city's profile, never the applicant's data.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from isopolity.registry.domain.errors import NotPossible

CONSULTED: Final = timedelta(days=60)
"""How long a commission may give its opinion after it was asked."""
ENDORSES: Final = "endorses"
OBJECTS: Final = "objects"
VERDICTS: Final = (ENDORSES, OBJECTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission:
    """The commission of a country: its name, address and language."""

    country: str
    name: str
    email: str
    language: str
    changed_at: datetime
    """When its address was last changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """The consultation of a commission about an application; it may change its opinion until staff decides."""

    application_id: str
    country: str
    commission_name: str
    asked_at: datetime
    letter_id: str | None = None
    """The id of the letter that asks; None for consultations of early releases."""
    undelivered_at: datetime | None = None
    """When its mail failed or came back; None if it did not."""
    secret_digest: str | None = None
    """SHA-256 of the last mailed secret, in hex."""
    verdict: str | None = None
    """One of `VERDICTS`; None without an opinion yet."""
    words: str | None = None
    """The commission's reasons, in its own words."""
    answered_at: datetime | None = None

    @property
    def valid_until(self) -> datetime:
        """The moment from which the mailed link is no longer valid."""
        return self.asked_at + CONSULTED

    def issued(self, digest: str) -> Self:
        """The consultation with a new secret, which replaces the earlier one."""
        return replace(self, secret_digest=digest)

    def said(self, verdict: str, words: str | None, now: datetime) -> Self:
        """The consultation with the commission's present opinion."""
        return replace(self, verdict=verdict, words=words, answered_at=now)

    def unreached(self, now: datetime) -> Self:
        """The consultation, ended because its mail did not arrive."""
        return replace(self, undelivered_at=self.undelivered_at or now)

    def require_over(self, commission: Commission, now: datetime) -> None:
        """Raise NotPossible if the consultation is still open at the commission's present address."""
        if self.verdict is not None:
            raise NotPossible("The National Commission has said already what it thinks of this application.")
        reached = self.undelivered_at is None
        if reached and now < self.valid_until and commission.changed_at <= self.asked_at:
            raise NotPossible("The National Commission has been asked already, and its link still holds; wait for it.")

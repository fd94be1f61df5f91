"""The second factor of somebody of the office: an app on the person's telephone that shows a code every 30 seconds.

Invariant: access to the person's mail box is not enough to enrol an app: that also needs the enrolment code that
another person handed over. Each code of the app is valid once.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

ENROLMENT_OPEN: Final = timedelta(days=7)
"""How long a person may enrol an app, from the time when somebody else opened enrolment."""


class FactorNeed(StrEnum):
    """The second factor that a session still needs before it may act for the office."""

    CODE = "code"
    PASSKEY = "passkey"
    """There is no app but at least one passkey: sign in with a passkey."""
    ENROLMENT = "enrolment"
    CLOSED = "closed"
    """There is no app, and no valid enrolment code: another person must open enrolment again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """The app of one person."""

    opened_at: datetime | None = None
    """When somebody else last opened enrolment; None for entries older than second factors."""
    enrolment_digest: str | None = field(default=None, repr=False)
    """Keyed digest of the enrolment code; None if there is no code, or an app is confirmed."""
    sealed: str | None = field(default=None, repr=False)
    """The secret shared with the app, sealed by the authenticator."""
    confirmed: bool = False
    """Whether a code of the app has been accepted."""
    last_step: int = 0
    """The half minute, counted from 1970, of the last accepted code."""

    def need(self, now: datetime, *, has_passkey: bool = False) -> FactorNeed:
        """The factor that a session of the person needs; `has_passkey`: a passkey is enrolled as second factor."""
        if self.confirmed:
            return FactorNeed.CODE
        if has_passkey:
            return FactorNeed.PASSKEY
        is_open = self.opened_at is not None and now < self.opened_at + ENROLMENT_OPEN
        return FactorNeed.ENROLMENT if is_open and self.enrolment_digest is not None else FactorNeed.CLOSED

    def enrolled_otherwise(self) -> Self:
        """The state after a passkey was enrolled: without enrolment code and without an unconfirmed app."""
        return replace(self, enrolment_digest=None, sealed=self.sealed if self.confirmed else None)

    def counted(self, step: int, sealed: str) -> Self:
        """The state after a code of this half minute; `sealed` is the secret, sealed with the newest key."""
        return replace(self, confirmed=True, last_step=step, sealed=sealed, enrolment_digest=None)

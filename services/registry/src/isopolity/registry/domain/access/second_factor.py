"""The second factor of somebody of the office: an app on the person's telephone that shows a code every 30 seconds.

Invariant: who reads the person's mail cannot bring an app of his own: that takes the enrolment code that another
person handed over; a code of the app counts once.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

ENROLMENT_OPEN: Final = timedelta(days=7)
"""How long a person may bring an app, from the moment when somebody else opened enrolment."""


class FactorNeed(StrEnum):
    """What a session still needs before it may act as somebody of the office."""

    CODE = "code"
    PASSKEY = "passkey"
    """There is no app, and at least one passkey: sign in with that."""
    ENROLMENT = "enrolment"
    CLOSED = "closed"
    """There is no app, and no enrolment code, or it is too late to use it: another person opens enrolment again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """The app of one person."""

    opened_at: datetime | None = None
    """When somebody else opened enrolment last; None where that was before there were second factors."""
    enrolment_digest: str | None = field(default=None, repr=False)
    """Keyed digest of the code that was handed over for enrolment; None where there is none, or an app counts."""
    sealed: str | None = field(default=None, repr=False)
    """The secret that the app shares, as the authenticator sealed it."""
    confirmed: bool = False
    """Whether a code of the app has counted."""
    last_step: int = 0
    """The half minute, counted from 1970, of the last code that counted."""

    def need(self, now: datetime, *, has_passkey: bool = False) -> FactorNeed:
        """The factor that a session of the person needs; `has_passkey`: whether one was brought as a second factor."""
        if self.confirmed:
            return FactorNeed.CODE
        if has_passkey:
            return FactorNeed.PASSKEY
        is_open = self.opened_at is not None and now < self.opened_at + ENROLMENT_OPEN
        return FactorNeed.ENROLMENT if is_open and self.enrolment_digest is not None else FactorNeed.CLOSED

    def enrolled_otherwise(self) -> Self:
        """The state once a passkey was brought: the enrolment code counts no more, nor an app that is not confirmed."""
        return replace(self, enrolment_digest=None, sealed=self.sealed if self.confirmed else None)

    def counted(self, step: int, sealed: str) -> Self:
        """After a code of this half minute counted; the secret is sealed anew, with the newest key."""
        return replace(self, confirmed=True, last_step=step, sealed=sealed, enrolment_digest=None)

"""The second factor of somebody of the office: an app that shows a code every 30 seconds, the enrolment code for it,
and passkeys (WebAuthn), with which others sign in, too.

Invariants: access to the person's mail box is not enough to enrol an app: that also needs the enrolment code that
another person handed over. Each code of the app is valid once. The enrolment code can be read over the telephone: no
letter looks like a digit, and case and punctuation are ignored. A passkey holds no secret: the network knows the
public key. A challenge is valid once, for some minutes, and for the browser or session that requested it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from isopolity.machine import periods

ENROLMENT_OPEN: Final = periods.ENROLMENT
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


LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0, 1, I, L, O and U."""
GROUPS: Final = 4
GROUP_LENGTH: Final = 4
LENGTH: Final = GROUPS * GROUP_LENGTH


def enrolment_code(letters: Sequence[str]) -> str:
    """The letters in four groups of four, such as `7KQM-2XHD-9RTA-W4PC`."""
    return "-".join("".join(letters[start : start + GROUP_LENGTH]) for start in range(0, LENGTH, GROUP_LENGTH))


def letters_of(typed: str) -> str:
    """The letters and digits of a typed code, in capitals, without hyphens and spaces."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


CHALLENGE_HELD: Final = timedelta(minutes=5)
"""How long a challenge is valid."""
MOST: Final = 10
"""The most passkeys that one account has."""
FRESH: Final = timedelta(hours=1)
"""How long after a sign-in its session may add a passkey, so that a session stolen later cannot add one."""


class Purpose(StrEnum):
    """The act that a challenge is for."""

    SIGN_IN = "sign-in"
    ADDING = "adding"
    ENROLMENT = "enrolment"
    """Adding the first passkey as a second factor, with an enrolment code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A challenge that a device is asked to sign."""

    digest: str
    """SHA-256 of the challenge, in hex."""
    purpose: Purpose
    binding: str
    """The browser (as a digest) or session (as an id) that may answer."""
    made_at: datetime

    def counts(self, purpose: Purpose, binding: str, now: datetime) -> bool:
        """Whether an answer with this purpose and binding is valid now."""
        in_time = now < self.made_at + CHALLENGE_HELD
        return in_time and self.purpose is purpose and self.binding == binding


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A passkey of an account."""

    passkey_id: str
    account_id: str
    credential_id: str
    """The id that the device gave it, in base64url."""
    public_key: str
    """The key as the device sent it (COSE), in base64url."""
    sign_count: int
    """The device's own count of signatures; 0 if it does not count them."""
    is_synced: bool
    """Whether the device may copy it to the person's other devices; never changes."""
    is_backed_up: bool
    """Whether the device has copied it."""
    is_factor: bool
    """Whether it was enrolled with a second factor, so that a sign-in with it may act for the office."""
    name: str
    """The name that the person gave it."""
    added_at: datetime
    used_at: datetime | None = None

    def used(self, sign_count: int, now: datetime, *, is_backed_up: bool) -> Self:
        """The passkey after a sign-in with it."""
        return replace(self, sign_count=sign_count, is_backed_up=is_backed_up, used_at=now)

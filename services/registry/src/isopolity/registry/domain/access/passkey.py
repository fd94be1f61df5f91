"""A passkey: a key pair on a person's device; the network knows the public key (WebAuthn).

Invariant: it holds no secret. A challenge is valid once, for some minutes, and for the browser or session that
requested it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

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

"""The Authenticator: codes by the time (TOTP, RFC 6238), with secrets sealed under registry's keys.

Invariant: a secret is stored only sealed; it opens with any of the keys, so that keys can be rotated.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from pyotp import TOTP, random_base32

from isopolity.registry.adapters.encryption import Sealing
from isopolity.registry.application.access.ports import NewSecret

_NAME: Final = "Isopolity"
_STEP: Final = 30
"""Seconds for which an app shows a code."""


def app_secrets(keys: Sequence[str]) -> Sealing:
    """The sealing of secrets of apps."""
    return Sealing(keys, "second-factor")


class TotpAuthenticator:
    """Makes and checks secrets that are sealed with the first of `keys` and opened with any."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._sealing = app_secrets(keys)

    def make(self, name: str) -> NewSecret:
        secret = random_base32()
        address = TOTP(secret).provisioning_uri(name=name, issuer_name=_NAME)
        return NewSecret(secret=secret, address=address, sealed=self._sealing.sealed(secret))

    def step(self, sealed: str, code: str, now: datetime) -> int | None:
        secret = self._sealing.opened(sealed)
        if secret is None:
            return None
        for near in (-1, 0, 1):
            moment = now + timedelta(seconds=near * _STEP)
            if TOTP(secret).verify(code, for_time=moment):
                return int(moment.timestamp()) // _STEP
        return None

    def resealed(self, sealed: str) -> str:
        return self._sealing.resealed(sealed)

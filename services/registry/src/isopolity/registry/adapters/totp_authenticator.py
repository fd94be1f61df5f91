"""The Authenticator: codes by the time (TOTP, RFC 6238), with secrets sealed under the network's token keys.

Invariant: a secret is kept sealed only; it opens with any of the keys, so that keys can be rotated.
"""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pyotp import TOTP, random_base32

from isopolity.registry.application.access.ports import NewSecret

_NAME: Final = "Isopolity"
_STEP: Final = 30
"""Seconds that a code is shown."""


class TotpAuthenticator:
    """Secrets sealed with the first of `keys`, and opened with any."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = keys

    def make(self, name: str) -> NewSecret:
        secret = random_base32()
        address = TOTP(secret).provisioning_uri(name=name, issuer_name=_NAME)
        return NewSecret(secret=secret, address=address, sealed=self._seal.encrypt(secret.encode()).decode())

    def step(self, sealed: str, code: str, now: datetime) -> int | None:
        try:
            totp = TOTP(self._seal.decrypt(sealed).decode())
        except InvalidToken:  # its key is not among ours any more
            return None
        for near in (-1, 0, 1):
            moment = now + timedelta(seconds=near * _STEP)
            if totp.verify(code, for_time=moment):
                return int(moment.timestamp()) // _STEP
        return None

    def resealed(self, sealed: str) -> str:
        return self._seal.rotate(sealed).decode()

    @property
    def _seal(self) -> MultiFernet:
        return MultiFernet([Fernet(_sealing_key(key)) for key in self._keys])


def _sealing_key(key: str) -> bytes:
    return urlsafe_b64encode(sha256(b"isopolity.registry.second-factor\n" + key.encode()).digest())

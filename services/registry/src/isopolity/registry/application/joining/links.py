"""Secrets of mailed links.

Invariant: a secret is returned once, to the service that mails it; registry stores its digest only.
"""

from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

_SECRET_BYTES: Final = 32


def new_secret() -> str:
    """A random secret, in characters that are safe in an address."""
    return token_urlsafe(_SECRET_BYTES)


def digest_of(secret: str) -> str:
    """The stored digest of a link's secret."""
    return sha256(secret.encode()).hexdigest()

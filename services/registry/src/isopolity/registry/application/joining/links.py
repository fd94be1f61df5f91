"""Secrets of mailed links.

Invariant: a secret is told once, to who mails it; registry keeps its digest only.
"""

from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

_SECRET_BYTES: Final = 32


def new_secret() -> str:
    """A secret that nobody can guess, in letters that an address may hold."""
    return token_urlsafe(_SECRET_BYTES)


def digest_of(secret: str) -> str:
    """What is kept of a link's secret."""
    return sha256(secret.encode()).hexdigest()

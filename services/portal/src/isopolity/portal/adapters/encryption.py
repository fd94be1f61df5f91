"""Encryption of what the portal keeps, by a secret that only the visitor's cookie holds."""

from hashlib import sha256
from secrets import token_bytes, token_urlsafe
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE: Final = 12
MARK: Final = 32
"""Digits of the mark of an account."""
SECRET: Final = 64
"""Digits of what stands for a secret."""


def new_secret() -> str:
    """A secret of 32 random bytes, as text that a cookie can hold."""
    return token_urlsafe(32)


def digest(secret: str) -> str:
    """Stands for a secret in the store."""
    return sha256(b"isopolity.portal.session\n" + secret.encode()).hexdigest()


def mark_of(account_id: str) -> str:
    """Stands for an account in its forms, so that a form goes back to who filled it in."""
    return sha256(b"isopolity.portal.account\n" + account_id.encode()).hexdigest()[:MARK]


def form_token(secret: str) -> str:
    """Stands for a secret in forms, so that only pages of this session can send them."""
    return sha256(b"isopolity.portal.form\n" + secret.encode()).hexdigest()


def sealed(text: str, secret: str) -> bytes:
    """The text, to be opened with the secret only (AES-GCM)."""
    nonce = token_bytes(_NONCE)
    return nonce + AESGCM(_key(secret)).encrypt(nonce, text.encode(), None)


def opened(seal: bytes, secret: str) -> str | None:
    """The text, or None where the secret is another."""
    try:
        return AESGCM(_key(secret)).decrypt(seal[:_NONCE], seal[_NONCE:], None).decode()
    except InvalidTag:
        return None


def _key(secret: str) -> bytes:
    return sha256(b"isopolity.portal.seal\n" + secret.encode()).digest()

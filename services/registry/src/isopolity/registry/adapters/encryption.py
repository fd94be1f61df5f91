"""Texts that only this network can read, sealed under registry's keys (Fernet: AES-CBC with HMAC)."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Sealing:
    """Seals with the first of `keys` and opens with any; what is sealed for one `purpose` opens for no other."""

    def __init__(self, keys: Sequence[str], purpose: str) -> None:
        self._keys = keys
        self._purpose = purpose

    def sealed(self, text: str) -> str:
        """The text, sealed."""
        return self._fernet.encrypt(text.encode()).decode()

    def opened(self, seal: str) -> str | None:
        """The text, or None where this is no seal, or one of a key that is not among ours."""
        try:
            return self._fernet.decrypt(seal).decode()
        except InvalidToken:
            return None

    def is_newest(self, seal: str) -> bool:
        """Whether the first key made the seal."""
        return Sealing(self._keys[:1], self._purpose).opened(seal) is not None

    def resealed(self, seal: str) -> str:
        """A seal that opens, made anew with the first key."""
        return self._fernet.rotate(seal).decode()

    @property
    def _fernet(self) -> MultiFernet:
        return MultiFernet([Fernet(self._fernet_key(key)) for key in self._keys])

    def _fernet_key(self, key: str) -> bytes:
        return urlsafe_b64encode(sha256(f"isopolity.registry.{self._purpose}\n{key}".encode()).digest())

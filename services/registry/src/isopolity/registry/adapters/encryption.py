"""Encrypts ("seals") texts with registry's keys (Fernet: AES-CBC with HMAC), and reseals secrets of apps with the first
key at start-up, so that an older key can be removed.

Invariant: a seal that has changed meanwhile is not overwritten; one that no key opens is left for an operator to
reset.
"""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import select, update

from isopolity.persistence.database import Database
from isopolity.registry.adapters.sql.tables import people


class Sealing:
    """Seals with the first of `keys` and opens with any of them; a seal for one `purpose` opens for no other."""

    def __init__(self, keys: Sequence[str], purpose: str) -> None:
        self._keys = keys
        self._purpose = purpose

    def sealed(self, text: str) -> str:
        """The sealed form of `text`."""
        return self._fernet.encrypt(text.encode()).decode()

    def opened(self, seal: str) -> str | None:
        """The text in `seal`, or None if it is malformed or of an unknown key."""
        try:
            return self._fernet.decrypt(seal).decode()
        except InvalidToken:
            return None

    def is_newest(self, seal: str) -> bool:
        """Whether the seal was made with the first key."""
        return Sealing(self._keys[:1], self._purpose).opened(seal) is not None

    def resealed(self, seal: str) -> str:
        """A new seal of the text in `seal`, made with the first key; `seal` must open."""
        return self._fernet.rotate(seal).decode()

    @property
    def _fernet(self) -> MultiFernet:
        return MultiFernet([Fernet(self._fernet_key(key)) for key in self._keys])

    def _fernet_key(self, key: str) -> bytes:
        return urlsafe_b64encode(sha256(f"isopolity.registry.{self._purpose}\n{key}".encode()).digest())


_log = structlog.get_logger(__name__)


async def seal_anew(database: Database, sealing: Sealing) -> None:
    """Reseal with the first key each secret that an older key has sealed."""
    columns = people.c
    async with database.reading() as connection:
        rows = (
            await connection.execute(
                select(columns.id, columns.factor_sealed).where(columns.factor_sealed.is_not(None))
            )
        ).all()
    for person_id, sealed in rows:
        if sealing.is_newest(sealed):
            continue
        if sealing.opened(sealed) is None:
            _log.warning("seal_of_no_key", person=person_id)
            continue
        async with database.writing() as connection:
            same = (columns.id == person_id, columns.factor_sealed == sealed)
            await connection.execute(update(people).where(*same).values(factor_sealed=sealing.resealed(sealed)))
            await connection.commit()

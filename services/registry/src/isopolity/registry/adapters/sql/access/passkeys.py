"""Passkeys, with public keys only, and digests of their challenges in registry's database.

Invariant: one statement deletes and returns a challenge, so that only one of two answers is valid.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict

from sqlalchemy import Boolean, Column, Integer, String, Table, Text, delete, insert, select

from isopolity.persistence.portable_sql import UtcDateTime, inserting
from isopolity.registry.adapters.sql.records import SqlRecords
from isopolity.registry.adapters.sql.tables import metadata
from isopolity.registry.domain.access.second_factor import Challenge, Passkey, Purpose

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("account_id", String(128), nullable=False, index=True),
    Column("credential_id", Text, nullable=False, unique=True),
    Column("public_key", Text, nullable=False),
    Column("sign_count", Integer, nullable=False),
    Column("is_synced", Boolean, nullable=False),
    Column("is_backed_up", Boolean, nullable=False),
    Column("is_factor", Boolean, nullable=False),
    Column("name", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

passkey_challenges = Table(
    "passkey_challenges",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("purpose", String(16), nullable=False),
    Column("binding", String(200), nullable=False),
    Column("made_at", UtcDateTime, nullable=False, index=True),
)


class SqlPasskeys(SqlRecords[Passkey]):
    """A PasskeyRepository on one connection."""

    table, kind = passkeys, Passkey

    async def keep_challenge(self, challenge: Challenge) -> None:
        await self._connection.execute(
            insert(passkey_challenges).values(asdict(challenge) | {"purpose": challenge.purpose.value})
        )

    async def take_challenge(self, digest: str) -> Challenge | None:
        taken = delete(passkey_challenges).where(passkey_challenges.c.digest == digest)
        row = (await self._connection.execute(taken.returning(*passkey_challenges.c))).one_or_none()
        return None if row is None else Challenge(**{**row._mapping, "purpose": Purpose(row.purpose)})

    async def add(self, passkey: Passkey) -> bool:
        adding = inserting(self._connection, passkeys).values(self._row(passkey))
        added = adding.on_conflict_do_nothing(index_elements=[passkeys.c.credential_id]).returning(passkeys.c.id)
        return (await self._connection.execute(added)).one_or_none() is not None

    async def of_credential(self, credential_id: str) -> Passkey | None:
        return await self._one(passkeys.c.credential_id == credential_id)

    async def lock(self, passkey_id: str) -> Passkey | None:
        return await self._one(passkeys.c.id == passkey_id, locked=True)

    async def of_accounts(self, account_ids: Collection[str]) -> Sequence[Passkey]:
        theirs = select(passkeys).where(passkeys.c.account_id.in_(account_ids))
        return await self._all(theirs.order_by(passkeys.c.added_at, passkeys.c.id))

    async def save(self, passkey: Passkey) -> None:
        await self._update(passkey)

    async def remove(self, passkey_id: str) -> None:
        await self._delete(passkeys.c.id == passkey_id)

    async def forget(self, account_ids: Collection[str]) -> None:
        await self._delete(passkeys.c.account_id.in_(account_ids))

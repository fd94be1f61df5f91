"""Passkeys and their challenges in registry's database.

Invariant: one statement deletes and returns a challenge, so that only one of two answers is valid.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import Boolean, Column, ColumnElement, Integer, String, Table, Text, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.portable_sql import UtcDateTime, inserting
from isopolity.registry.adapters.sql.access.sessions import ErasesAPerson
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


_PASSKEY: Final = tuple(field.name for field in fields(Passkey))[1:]


class SqlPasskeys:
    """A PasskeyRepository on one connection."""

    def __init__(self, connection: AsyncConnection, erases: ErasesAPerson) -> None:
        self._connection = connection
        self._erases = erases

    async def keep_challenge(self, challenge: Challenge) -> None:
        row = {
            "digest": challenge.digest,
            "purpose": challenge.purpose.value,
            "binding": challenge.binding,
            "made_at": challenge.made_at,
        }
        await self._connection.execute(insert(passkey_challenges).values(row))

    async def take_challenge(self, digest: str) -> Challenge | None:
        taken = delete(passkey_challenges).where(passkey_challenges.c.digest == digest)
        row = (await self._connection.execute(taken.returning(*passkey_challenges.c))).one_or_none()
        if row is None:
            return None
        return Challenge(digest=row.digest, purpose=Purpose(row.purpose), binding=row.binding, made_at=row.made_at)

    async def add(self, passkey: Passkey) -> bool:
        adding = inserting(self._connection, passkeys).values(_row(passkey))
        added = adding.on_conflict_do_nothing(index_elements=[passkeys.c.credential_id]).returning(passkeys.c.id)
        return (await self._connection.execute(added)).one_or_none() is not None

    async def of_credential(self, credential_id: str) -> Passkey | None:
        return next(iter(await self._found(passkeys.c.credential_id == credential_id, locked=False)), None)

    async def lock(self, passkey_id: str) -> Passkey | None:
        return next(iter(await self._found(passkeys.c.id == passkey_id, locked=True)), None)

    async def of_accounts(self, account_ids: Collection[str]) -> Sequence[Passkey]:
        return await self._found(passkeys.c.account_id.in_(account_ids), locked=False)

    async def save(self, passkey: Passkey) -> None:
        await self._connection.execute(
            update(passkeys).where(passkeys.c.id == passkey.passkey_id).values(_row(passkey))
        )

    async def remove(self, passkey_id: str) -> None:
        await self._delete(passkeys.c.id == passkey_id)

    async def forget(self, account_id: str) -> None:
        await self._delete(passkeys.c.account_id == account_id)

    async def _delete(self, which: ColumnElement[bool]) -> None:
        if (await self._connection.execute(delete(passkeys).where(which))).rowcount > 0:
            await self._erases()

    async def _found(self, which: ColumnElement[bool], *, locked: bool) -> Sequence[Passkey]:
        query = select(passkeys).where(which).order_by(passkeys.c.added_at, passkeys.c.id)
        rows = await self._connection.execute(query.with_for_update() if locked else query)
        return [Passkey(passkey_id=row.id, **{name: getattr(row, name) for name in _PASSKEY}) for row in rows]


def _row(passkey: Passkey) -> Mapping[str, Any]:
    return {"id": passkey.passkey_id, **{name: getattr(passkey, name) for name in _PASSKEY}}

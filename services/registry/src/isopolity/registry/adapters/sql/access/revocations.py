"""Revocations in registry's database, kept until all tokens that they name have expired."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.machine.clock import Clock
from isopolity.persistence.portable_sql import inserting
from isopolity.registry.adapters.sql.tables import revocations
from isopolity.registry.domain.access.session import Revocation

_LEEWAY: Final = timedelta(hours=1)
"""Tolerance for differing clocks of token issuers and services."""


class SqlRevocations:
    """A RevocationRepository on one connection; `longest` is the longest life of a token."""

    def __init__(self, connection: AsyncConnection, clock: Clock, longest: timedelta) -> None:
        self._connection = connection
        self._clock = clock
        self._longest = longest

    async def page(self, after: str | None, limit: int) -> Sequence[Revocation]:
        query = select(revocations).order_by(revocations.c.id).limit(limit)
        if after is not None:
            query = query.where(revocations.c.id > after)
        return [revocation_of(row) for row in await self._connection.execute(query)]

    async def adopt(self, revocation: Revocation) -> bool:
        statement = self._insert(revocation)
        newer = {name: statement.excluded[name] for name in ("version", "revoked_at", "expires_at")}
        upsert = statement.on_conflict_do_update(
            index_elements=[revocations.c.id], set_=newer, where=revocations.c.version < statement.excluded.version
        )
        return (await self._connection.execute(upsert)).rowcount == 1

    async def revoke(self, revocation_ids: Collection[str], life: timedelta | None = None) -> Sequence[Revocation]:
        if not revocation_ids:
            return []
        now = self._clock()
        values: dict[str, Any] = {"revoked_at": now, "expires_at": now + (life or self._longest) + _LEEWAY}
        new = [Revocation(revocation_id=one, version=1, **values) for one in sorted(set(revocation_ids))]
        statement = self._insert(*new)
        later = {
            name: case(
                (statement.excluded[name] > revocations.c[name], statement.excluded[name]), else_=revocations.c[name]
            )
            for name in values
        }  # an instance with a slow clock must not weaken a revocation by another instance
        upsert = statement.on_conflict_do_update(
            index_elements=[revocations.c.id], set_={**later, "version": revocations.c.version + 1}
        )
        return [revocation_of(row) for row in await self._connection.execute(upsert.returning(revocations))]

    def _insert(self, *some: Revocation) -> Any:
        fields = ("version", "revoked_at", "expires_at")
        rows = [{"id": one.revocation_id, **{name: getattr(one, name) for name in fields}} for one in some]
        return inserting(self._connection, revocations).values(rows)


def revocation_of(row: Any) -> Revocation:
    """The revocation in a row."""
    return Revocation(revocation_id=row.id, version=row.version, revoked_at=row.revoked_at, expires_at=row.expires_at)

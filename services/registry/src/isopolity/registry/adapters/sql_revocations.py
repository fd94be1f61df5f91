"""Revocations in registry's database, kept until no token that they name can be valid any more."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

import structlog
from sqlalchemy import case, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.clock import Clock
from isopolity.contracts.catalogue import REVOCATION
from isopolity.messaging.broker import Message
from isopolity.persistence.database import is_unavailable
from isopolity.persistence.unit_of_work import SqlUnitOfWork, Storage
from isopolity.registry.adapters.tables import revocations
from isopolity.registry.domain.revocation import Revocation

_log = structlog.get_logger(__name__)
_LEEWAY: Final = timedelta(hours=1)
"""For clocks that differ between the issuer of a token and the services."""
_EVERY: Final = 3600.0


class SqlRevocations:
    """A RevocationRepository on one connection; `longest` is the longest life of a token."""

    def __init__(self, connection: AsyncConnection, clock: Clock, longest: timedelta) -> None:
        self._connection = connection
        self._clock = clock
        self._longest = longest

    async def adopt(self, revocation: Revocation) -> bool:
        statement = self._insert(revocation)
        newer = {name: statement.excluded[name] for name in ("version", "revoked_at", "expires_at")}
        upsert = statement.on_conflict_do_update(
            index_elements=[revocations.c.id], set_=newer, where=revocations.c.version < statement.excluded.version
        )
        return (await self._connection.execute(upsert)).rowcount == 1

    async def revoke(self, revocation_id: str) -> Revocation:
        now = self._clock()
        values: dict[str, Any] = {"revoked_at": now, "expires_at": now + self._longest + _LEEWAY}
        statement = self._insert(Revocation(revocation_id=revocation_id, version=1, **values))
        later = {
            name: case(
                (statement.excluded[name] > revocations.c[name], statement.excluded[name]), else_=revocations.c[name]
            )
            for name in values
        }  # an instance whose clock is behind must not take back what another has revoked
        upsert = statement.on_conflict_do_update(
            index_elements=[revocations.c.id], set_={**later, "version": revocations.c.version + 1}
        )
        return revocation_of((await self._connection.execute(upsert.returning(revocations))).one())

    def _insert(self, revocation: Revocation) -> Any:
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        return dialect.insert(revocations).values(
            id=revocation.revocation_id,
            version=revocation.version,
            revoked_at=revocation.revoked_at,
            expires_at=revocation.expires_at,
        )


def revocation_of(row: Any) -> Revocation:
    """The revocation in a row."""
    return Revocation(revocation_id=row.id, version=row.version, revoked_at=row.revoked_at, expires_at=row.expires_at)


async def forget_revocations(storage: Storage) -> int:
    """Delete the revocations that have expired, each with a tombstone on the topic; returns how many."""
    async with SqlUnitOfWork(storage) as unit:
        expired = delete(revocations).where(revocations.c.expires_at < unit.clock()).returning(revocations.c.id)
        gone = list((await unit.connection.execute(expired)).scalars())
        for revocation_id in gone:
            unit.outbox.forward(Message(REVOCATION.name, revocation_id, None))
        await unit.commit()
    return len(gone)


async def forget_revocations_for_ever(
    storage: Storage, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Forget again and again; a database that is away is tried again. A task of registry."""
    while True:
        try:
            await forget_revocations(storage)
        except Exception as error:
            if not is_unavailable(error):
                raise
            _log.warning("revocations_not_forgotten", error=type(error).__name__)
        await sleep(_EVERY)

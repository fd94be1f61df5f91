"""Idempotency keys: the response to a POST is kept in the transaction of its effect.

Invariant: among committed transactions a caller's key has one fingerprint and one response. A second request with the
key waits until the first has ended: in PostgreSQL on the unique index, in SQLite on the one writer.
"""

import json

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.clock import Clock
from isopolity.persistence.portable_sql import inserting
from isopolity.registry.adapters.sql.tables import idempotency
from isopolity.registry.application.idempotency import KeyedRequest, StoredResponse


class SqlIdempotency:
    """Keys and responses in registry's own database."""

    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def begin(self, request: KeyedRequest) -> StoredResponse | None:
        """None if the key is new, and it is reserved now; else what the request with this key was answered."""
        row = {
            "caller": request.caller,
            "idempotency_key": request.key,
            "fingerprint": request.fingerprint,
            "created_at": self._clock(),
        }
        reserved = inserting(self._connection, idempotency).values(row).on_conflict_do_nothing()
        if (await self._connection.execute(reserved)).rowcount == 1:
            return None
        found = (await self._connection.execute(select(idempotency).where(_same(request)))).one()
        return StoredResponse(
            fingerprint=found.fingerprint, status=found.status, headers=json.loads(found.headers), body=found.body
        )

    async def keep(self, request: KeyedRequest, *, status: int, headers: dict[str, str], body: bytes) -> None:
        """Keep the response to `request`."""
        values = {"status": status, "headers": json.dumps(headers), "body": body}
        await self._connection.execute(update(idempotency).where(_same(request)).values(values))


def _same(request: KeyedRequest) -> ColumnElement[bool]:
    return and_(idempotency.c.caller == request.caller, idempotency.c.idempotency_key == request.key)

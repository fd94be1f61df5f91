"""Idempotency keys: the response to a keyed request is kept in the transaction of its effect.

Invariant: among committed transactions a caller's key has one fingerprint and one response.
"""

import json
from dataclasses import dataclass
from typing import Protocol, Self

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    and_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.machine.clock import Clock
from isopolity.persistence.portable_sql import UtcDateTime, inserting


class KeyReused(Exception):
    """The idempotency key was used for another request."""

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key came with another request before; send a new key for a new request.")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRequest:
    """A request with its caller's key; `fingerprint` is a digest of its body."""

    caller: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    """The response that was sent to the first request."""

    fingerprint: str
    status: int
    headers: dict[str, str]
    body: bytes

    def same_as(self, request: KeyedRequest) -> Self:
        """This response, if it answered an equal request. Raises KeyReused."""
        if self.fingerprint != request.fingerprint:
            raise KeyReused
        return self


class IdempotencyKeys(Protocol):
    """The keys, in the transaction of the effect."""

    async def begin(self, request: KeyedRequest) -> StoredResponse | None:
        """None if the key is new, and it is reserved now; else the response to the request with this key."""

    async def find(self, request: KeyedRequest) -> StoredResponse | None:
        """The response to the request with this key; None without one, and nothing is reserved."""

    async def keep(self, request: KeyedRequest, *, status: int, headers: dict[str, str], body: bytes) -> None:
        """Keep the response to `request`."""


def idempotency_table(metadata: MetaData) -> Table:
    """Define the table in `metadata`; the service's migrations create it."""
    return Table(
        "idempotency",
        metadata,
        Column("caller", String(300), primary_key=True),
        Column("idempotency_key", String(255), primary_key=True),
        Column("fingerprint", String(64), nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        Column("status", Integer),
        Column("headers", Text),
        Column("body", LargeBinary),
        Index("ix_idempotency_created_at", "created_at"),
    )


class SqlIdempotency:
    """Keys and responses in a service's own database.

    Of two transactions that reserve one key, the second waits for the first: in PostgreSQL on the primary key, in
    SQLite on the one writer.
    """

    def __init__(self, table: Table, connection: AsyncConnection, clock: Clock) -> None:
        self._table = table
        self._connection = connection
        self._clock = clock

    async def begin(self, request: KeyedRequest) -> StoredResponse | None:
        """None if the key is new, and it is reserved now; else the response to the request with this key."""
        row = {
            "caller": request.caller,
            "idempotency_key": request.key,
            "fingerprint": request.fingerprint,
            "created_at": self._clock(),
        }
        reserved = inserting(self._connection, self._table).values(row).on_conflict_do_nothing()
        if (await self._connection.execute(reserved)).rowcount == 1:
            return None
        return await self.find(request)

    async def find(self, request: KeyedRequest) -> StoredResponse | None:
        """The response to the request with this key; None without one, and nothing is reserved."""
        found = (await self._connection.execute(select(self._table).where(self._of(request)))).one_or_none()
        if found is None:
            return None
        return StoredResponse(
            fingerprint=found.fingerprint, status=found.status, headers=json.loads(found.headers), body=found.body
        )

    async def keep(self, request: KeyedRequest, *, status: int, headers: dict[str, str], body: bytes) -> None:
        """Keep the response to `request`."""
        values = {"status": status, "headers": json.dumps(headers), "body": body}
        await self._connection.execute(update(self._table).where(self._of(request)).values(values))

    def _of(self, request: KeyedRequest) -> ColumnElement[bool]:
        return and_(self._table.c.caller == request.caller, self._table.c.idempotency_key == request.key)

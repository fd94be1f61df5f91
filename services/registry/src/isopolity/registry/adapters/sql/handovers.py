"""Handovers in registry's database.

Invariant: a member has at most one handover; if two transactions remove one, only one finds it.
"""

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.portable_sql import inserting
from isopolity.registry.adapters.sql.access import ErasesAPerson
from isopolity.registry.adapters.sql.tables import handovers
from isopolity.registry.domain.contact import Person
from isopolity.registry.domain.handover import Handover

_SAME = ("member_kind", "member_id", "predecessor_id", "predecessor_becomes", "by_staff", "started_at", "secret_digest")
_PERSON = ("role", "name", "email", "language")


class SqlHandovers:
    """A HandoverRepository on one connection."""

    def __init__(self, connection: AsyncConnection, erases: ErasesAPerson) -> None:
        self._connection = connection
        self._erases = erases

    async def put(self, handover: Handover) -> None:
        values = {"id": handover.handover_id, **{name: getattr(handover, name) for name in _SAME}}
        values |= {name: getattr(handover.successor, name) for name in _PERSON}
        statement = inserting(self._connection, handovers).values(values)
        upsert = statement.on_conflict_do_update(index_elements=[handovers.c.member_id], set_=values)
        await self._connection.execute(upsert)
        await self._erases()  # it may replace another one, which names a person

    async def get(self, handover_id: str) -> Handover | None:
        return await self._one(handovers.c.id == handover_id)

    async def of_member(self, member_id: str) -> Handover | None:
        return await self._one(handovers.c.member_id == member_id)

    async def by_secret(self, digest: str) -> Handover | None:
        return await self._one(handovers.c.secret_digest == digest)

    async def remove(self, handover_id: str) -> bool:
        gone = await self._connection.execute(delete(handovers).where(handovers.c.id == handover_id))
        await self._erases()
        return gone.rowcount == 1

    async def _one(self, which: ColumnElement[bool]) -> Handover | None:
        row = (await self._connection.execute(select(handovers).where(which))).one_or_none()
        if row is None:
            return None
        successor = Person(**{name: getattr(row, name) for name in _PERSON})
        same = {name: getattr(row, name) for name in _SAME}
        return Handover(handover_id=row.id, successor=successor, **same)

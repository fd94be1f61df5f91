"""Changes of contacts in registry's database.

Invariant: reading a change by its id locks it, so that a second transaction sees the result of the first.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.portable_sql import inserting
from isopolity.registry.adapters.sql.access import ErasesAPerson
from isopolity.registry.adapters.sql.replacement.replacement_tables import contact_change_links as links
from isopolity.registry.adapters.sql.replacement.replacement_tables import contact_changes as changes
from isopolity.registry.application.replacement.ports import ChangeLink
from isopolity.registry.domain.contact import Person
from isopolity.registry.domain.replacement.contact_change import OPEN, WAITING, ContactChange

_PERSON: Final = ("role", "name", "email", "language")
_SAME: Final = tuple(column.name for column in changes.c if column.name not in ("id", *_PERSON))


class SqlContactChanges:
    """A ContactChangeRepository on one connection."""

    def __init__(self, connection: AsyncConnection, erases: ErasesAPerson) -> None:
        self._connection = connection
        self._erases = erases

    async def put(self, change: ContactChange) -> None:
        values: dict[str, Any] = {"id": change.change_id, **{name: getattr(change, name) for name in _SAME}}
        values |= {name: getattr(change.wanted, name, None) for name in _PERSON}
        statement = inserting(self._connection, changes).values(values)
        await self._connection.execute(statement.on_conflict_do_update(index_elements=[changes.c.id], set_=values))
        if not change.is_open:
            await self._erases()  # the person that it named while it waited

    async def get(self, change_id: str) -> ContactChange | None:
        found = await self._all(select(changes).where(changes.c.id == change_id).with_for_update())
        return found[0] if found else None

    async def peek(self, change_id: str) -> ContactChange | None:
        found = await self._all(select(changes).where(changes.c.id == change_id))
        return found[0] if found else None

    async def of_member(self, member_id: str) -> Sequence[ContactChange]:
        query = select(changes).where(changes.c.member_id == member_id)
        return await self._all(query.order_by(changes.c.started_at.desc(), changes.c.id))

    async def on_desk(self, limit: int) -> Sequence[ContactChange]:
        waits = select(changes).where(changes.c.called_at.is_not(None), changes.c.decided_at.is_(None))
        return await self._all(waits.order_by(changes.c.called_at, changes.c.id).limit(limit))

    async def due(self, now: datetime, limit: int) -> Sequence[str]:
        is_mailed = changes.c.mailed_at.is_not(None)
        query = select(changes.c.id).where(changes.c.status == WAITING, is_mailed, changes.c.due_at <= now)
        return list((await self._connection.execute(query.order_by(changes.c.due_at).limit(limit))).scalars())

    async def remove(self, change_id: str) -> None:
        await self._remove(changes.c.id == change_id)

    async def drop_of(self, contact_id: str) -> None:
        concerned = or_(changes.c.contact_id == contact_id, changes.c.by_contact_id == contact_id)
        await self._remove(concerned & changes.c.status.in_(OPEN))

    async def put_link(self, link: ChangeLink) -> None:
        values = {
            "letter_id": link.letter_id,
            "change_id": link.change_id,
            "addressee": link.to,
            "secret_digest": link.secret_digest,
        }
        statement = inserting(self._connection, links).values(values)
        await self._connection.execute(statement.on_conflict_do_update(index_elements=[links.c.letter_id], set_=values))

    async def link_of_letter(self, letter_id: str) -> ChangeLink | None:
        return await self._link(links.c.letter_id == letter_id)

    async def link_by_secret(self, digest: str) -> ChangeLink | None:
        return await self._link(links.c.secret_digest == digest)

    async def _link(self, which: ColumnElement[bool]) -> ChangeLink | None:
        row = (await self._connection.execute(select(links).where(which))).one_or_none()
        if row is None:
            return None
        return ChangeLink(
            letter_id=row.letter_id, change_id=row.change_id, to=row.addressee, secret_digest=row.secret_digest
        )

    async def _remove(self, which: ColumnElement[bool]) -> None:
        gone = list((await self._connection.execute(delete(changes).where(which).returning(changes.c.id))).scalars())
        if gone:
            await self._connection.execute(delete(links).where(links.c.change_id.in_(gone)))
            await self._erases()

    async def _all(self, query: Select[Any]) -> Sequence[ContactChange]:
        return [_change_of(row) for row in (await self._connection.execute(query)).all()]


def _change_of(row: Any) -> ContactChange:
    wanted = None if row.email is None else Person(**{name: getattr(row, name) for name in _PERSON})
    return ContactChange(change_id=row.id, wanted=wanted, **{name: getattr(row, name) for name in _SAME})

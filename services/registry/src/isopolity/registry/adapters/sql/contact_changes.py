"""Changes of contacts, with the links in their mails, and handovers, in registry's database.

Invariants: reading a change by its id locks it, so that a second transaction sees the result of the first. The new
person of a change is in its row only while the change waits. A member has at most one handover; if two transactions
remove one, only one finds it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Boolean, Column, ColumnElement, String, Table, Text, delete, or_, select

from isopolity.persistence.portable_sql import UtcDateTime, inserting
from isopolity.persistence.retention import Kept
from isopolity.registry.adapters.sql.records import SqlRecords
from isopolity.registry.adapters.sql.tables import handovers, metadata
from isopolity.registry.application.repositories import ChangeLink
from isopolity.registry.domain.contact import Person
from isopolity.registry.domain.contact_change import KEPT, OPEN, WAITING, ContactChange
from isopolity.registry.domain.handover import Handover

contact_changes = Table(
    "contact_changes",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("member_kind", String(16), nullable=False),
    Column("member_id", String(128), nullable=False, index=True),
    Column("contact_id", String(128), index=True),
    Column("what", String(16), nullable=False),
    Column("role_before", String(64)),
    Column("role_after", String(64)),
    Column("by_contact_id", String(128), index=True),
    Column("by_staff", Boolean, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("stepped_at", UtcDateTime, nullable=False, index=True),
    Column("status", String(16), nullable=False, index=True),
    Column("role", String(64)),
    Column("name", Text),
    Column("email", Text),
    Column("language", String(35)),
    Column("due_at", UtcDateTime),
    Column("mailed_at", UtcDateTime),
    Column("called_at", UtcDateTime, index=True),
    Column("called_by", String(128)),
    Column("words", Text),
    Column("reason", Text),
    Column("decided_at", UtcDateTime),
)
"""`role`, `name`, `email` and `language`: the wanted contact; empty once the change is made or refused."""

contact_change_links = Table(
    "contact_change_links",
    metadata,
    Column("letter_id", String(128), primary_key=True),
    Column("change_id", String(128), nullable=False, index=True),
    Column("addressee", String(16), nullable=False),
    Column("secret_digest", String(64), nullable=False, unique=True),
)


PERSON_COLUMNS: Final = ("role", "name", "email", "language")


class SqlContactChanges(SqlRecords[ContactChange]):
    """A ContactChangeRepository on one connection."""

    table, kind, apart = contact_changes, ContactChange, ("wanted",)

    async def put(self, change: ContactChange) -> None:
        await self._put(change, contact_changes.c.id)
        if not change.is_open:
            await self._erases()  # the person that it named while it waited

    async def get(self, change_id: str) -> ContactChange | None:
        return await self._one(contact_changes.c.id == change_id, locked=True)

    async def peek(self, change_id: str) -> ContactChange | None:
        return await self._one(contact_changes.c.id == change_id)

    async def of_member(self, member_id: str) -> Sequence[ContactChange]:
        query = select(contact_changes).where(contact_changes.c.member_id == member_id)
        return await self._all(query.order_by(contact_changes.c.started_at.desc(), contact_changes.c.id))

    async def on_desk(self, limit: int) -> Sequence[ContactChange]:
        waits = select(contact_changes).where(
            contact_changes.c.called_at.is_not(None), contact_changes.c.decided_at.is_(None)
        )
        return await self._all(waits.order_by(contact_changes.c.called_at, contact_changes.c.id).limit(limit))

    async def due(self, now: datetime, limit: int) -> Sequence[str]:
        is_mailed = contact_changes.c.mailed_at.is_not(None)
        query = select(contact_changes.c.id).where(
            contact_changes.c.status == WAITING, is_mailed, contact_changes.c.due_at <= now
        )
        return list((await self._connection.execute(query.order_by(contact_changes.c.due_at).limit(limit))).scalars())

    async def remove(self, change_id: str) -> None:
        await self._remove(contact_changes.c.id == change_id)

    async def drop_of(self, contact_ids: Collection[str]) -> None:
        columns = contact_changes.c
        concerned = or_(columns.contact_id.in_(contact_ids), columns.by_contact_id.in_(contact_ids))
        await self._remove(concerned & contact_changes.c.status.in_(OPEN))

    async def put_link(self, link: ChangeLink) -> None:
        values = {
            "letter_id": link.letter_id,
            "change_id": link.change_id,
            "addressee": link.to,
            "secret_digest": link.secret_digest,
        }
        statement = inserting(self._connection, contact_change_links).values(values)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=[contact_change_links.c.letter_id], set_=values)
        )

    async def link_of_letter(self, letter_id: str) -> ChangeLink | None:
        return await self._link(contact_change_links.c.letter_id == letter_id)

    async def link_by_secret(self, digest: str) -> ChangeLink | None:
        return await self._link(contact_change_links.c.secret_digest == digest)

    async def _link(self, which: ColumnElement[bool]) -> ChangeLink | None:
        row = (await self._connection.execute(select(contact_change_links).where(which))).one_or_none()
        if row is None:
            return None
        return ChangeLink(
            letter_id=row.letter_id, change_id=row.change_id, to=row.addressee, secret_digest=row.secret_digest
        )

    async def _remove(self, which: ColumnElement[bool]) -> None:
        removed = delete(contact_changes).where(which).returning(contact_changes.c.id)
        gone = list((await self._connection.execute(removed)).scalars())
        if gone:
            await self._connection.execute(
                delete(contact_change_links).where(contact_change_links.c.change_id.in_(gone))
            )
            await self._erases()

    def _row(self, change: ContactChange) -> dict[str, Any]:
        return super()._row(change) | {name: getattr(change.wanted, name, None) for name in PERSON_COLUMNS}

    def _value(self, row: Any, **apart: Any) -> ContactChange:
        return super()._value(row, wanted=None if row.email is None else _person(row))


REPLACING: Final = (
    Kept(
        name="changes of contacts by others, waiting or made",
        tables=(contact_changes, contact_change_links),
        referring=(contact_change_links.c.change_id,),
        personal="while one waits whom it names: role, name, address, language; what a caller writes to staff",
        since="the last step; what waits for longer is not made any more",
        days=KEPT.days,
        due=lambda before: contact_changes.c.stepped_at < before,
    ),
)


class SqlHandovers(SqlRecords[Handover]):
    """A HandoverRepository on one connection."""

    table, kind, apart = handovers, Handover, ("successor",)

    async def put(self, handover: Handover) -> None:
        await self._put(handover, handovers.c.member_id)
        await self._erases()  # it may replace another one, which names a person

    async def get(self, handover_id: str) -> Handover | None:
        return await self._one(handovers.c.id == handover_id)

    async def of_member(self, member_id: str) -> Handover | None:
        return await self._one(handovers.c.member_id == member_id)

    async def by_secret(self, digest: str) -> Handover | None:
        return await self._one(handovers.c.secret_digest == digest)

    async def remove(self, handover_id: str) -> bool:
        return await self._delete(handovers.c.id == handover_id)

    def _row(self, handover: Handover) -> dict[str, Any]:
        return super()._row(handover) | {name: getattr(handover.successor, name) for name in PERSON_COLUMNS}

    def _value(self, row: Any, **apart: Any) -> Handover:
        return super()._value(row, successor=_person(row))


def _person(row: Any) -> Person:
    return Person(**{name: getattr(row, name) for name in PERSON_COLUMNS})

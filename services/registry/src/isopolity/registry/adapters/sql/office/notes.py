"""Notes of the office about members, in registry's database.

Invariant: a deleted note, which may name a person, leaves no copy in a SQLite file.
"""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Column, Date, Index, String, Table, Text, and_, func, select, update

from isopolity.persistence.portable_sql import UtcDateTime
from isopolity.persistence.retention import Kept
from isopolity.registry.adapters.sql.records import SqlRecords
from isopolity.registry.adapters.sql.tables import metadata
from isopolity.registry.domain.member import OfficeNote

office_notes = Table(
    "office_notes",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("member_kind", String(16), nullable=False),
    Column("member_id", String(128), nullable=False),
    Column("about", String(16), nullable=False),
    Column("day", Date),
    Column("text", Text, nullable=False),
    Column("written_at", UtcDateTime, nullable=False, index=True),
    Column("written_by", String(300), nullable=False),
    Index("ix_office_notes_member", "member_id"),
)
KEPT: Final = Kept(
    name="notes of the office about members",
    tables=(office_notes,),
    personal="what is written there, and the id of who wrote it",
    since="the writing; staff may delete it at once",
    setting="withdrawn_member_days",
    due=lambda before: office_notes.c.written_at < before,
)


class SqlOfficeNotes(SqlRecords[OfficeNote]):
    """An OfficeNoteRepository on one connection."""

    table, kind = office_notes, OfficeNote

    async def of_member(self, member_id: str) -> Sequence[OfficeNote]:
        its = select(office_notes).where(office_notes.c.member_id == member_id)
        return await self._all(its.order_by(office_notes.c.written_at.desc(), office_notes.c.id.desc()))

    async def count(self, member_id: str) -> int:
        query = select(func.count()).select_from(office_notes).where(office_notes.c.member_id == member_id)
        return int((await self._connection.execute(query)).scalar_one())

    async def add(self, note: OfficeNote) -> None:
        await self._insert(note)

    async def remove(self, member_id: str, note_id: str) -> bool:
        return await self._delete(and_(office_notes.c.member_id == member_id, office_notes.c.id == note_id))

    async def move(self, member_id: str, to: str, only: Collection[str] | None = None) -> None:
        its = office_notes.c.member_id == member_id
        if only is not None:
            its = and_(its, office_notes.c.id.in_(only))
        await self._connection.execute(update(office_notes).where(its).values(member_id=to))

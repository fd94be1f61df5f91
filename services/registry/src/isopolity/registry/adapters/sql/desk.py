"""Desks of partners: the tables of shortlists, notes and saved selections, and a DeskRepository on one connection.

Invariant: authors are stored as ids; their names come from the contacts, as long as these exist.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Date, Index, String, Table, Text, and_, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.portable_sql import UtcDateTime, inserting
from isopolity.registry.adapters.sql.records import ErasesAPerson
from isopolity.registry.adapters.sql.tables import cities, metadata
from isopolity.registry.domain.desk import Entry, Note, SavedSelection

shortlist = Table(
    "shortlist",
    metadata,
    Column("partner_id", String(128), primary_key=True),
    Column("city_id", String(128), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("programme_id", String(128)),
    Column("diligence_on", Date),
    Column("diligence_by", String(128)),
    Column("changed_at", UtcDateTime, nullable=False, index=True),
    Column("changed_by", String(128), nullable=False),
)

shortlist_notes = Table(
    "shortlist_notes",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("partner_id", String(128), nullable=False),
    Column("city_id", String(128), nullable=False),
    Column("text", Text, nullable=False),
    Column("written_at", UtcDateTime, nullable=False, index=True),
    Column("written_by", String(128), nullable=False),
    Index("ix_shortlist_notes_city", "partner_id", "city_id"),
)

selections = Table(
    "selections",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("partner_id", String(128), nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False, index=True),
    Column("saved_by", String(128), nullable=False),
    Index("uq_selections_name", "partner_id", "name", unique=True),
)


_OWN: Final = ("status", "programme_id", "diligence_on", "diligence_by", "changed_at", "changed_by")
_SAVED: Final = ("name", "query", "saved_at", "saved_by")


class SqlDesk:
    """A DeskRepository on one connection; deleted data leaves no copy in a SQLite file."""

    def __init__(self, connection: AsyncConnection, erases: ErasesAPerson) -> None:
        self._connection = connection
        self._erases = erases

    async def entries(self, partner_id: str, *, with_notes: bool = False) -> Sequence[Entry]:
        both = (shortlist.c.partner_id == partner_id, shortlist_notes.c.partner_id == partner_id)
        return await self._entries(*both, with_notes=with_notes)

    async def entry(self, partner_id: str, city_id: str) -> Entry | None:
        both = [
            and_(table.c.partner_id == partner_id, table.c.city_id == city_id) for table in (shortlist, shortlist_notes)
        ]
        return next(iter(await self._entries(*both, with_notes=True)), None)

    async def partners_about(self, city_id: str) -> Sequence[str]:
        found = select(shortlist.c.partner_id).where(shortlist.c.city_id == city_id).order_by(shortlist.c.partner_id)
        return (await self._connection.execute(found)).scalars().all()

    async def count_entries(self, partner_id: str) -> int:
        return await self._counted(shortlist.c.partner_id == partner_id)

    async def put_entry(self, partner_id: str, entry: Entry) -> None:
        values = {"partner_id": partner_id, "city_id": entry.city_id, **{name: getattr(entry, name) for name in _OWN}}
        put = inserting(self._connection, shortlist).values(values)
        keys = [shortlist.c.partner_id, shortlist.c.city_id]
        await self._connection.execute(put.on_conflict_do_update(index_elements=keys, set_=values))

    async def remove_entry(self, partner_id: str, city_id: str) -> bool:
        notes = and_(shortlist_notes.c.partner_id == partner_id, shortlist_notes.c.city_id == city_id)
        await self._removed(shortlist_notes, notes)
        return await self._removed(
            shortlist, and_(shortlist.c.partner_id == partner_id, shortlist.c.city_id == city_id)
        )

    async def count_notes(self, partner_id: str) -> int:
        return await self._counted(shortlist_notes.c.partner_id == partner_id)

    async def add_note(self, partner_id: str, note: Note) -> None:
        values = {name: getattr(note, name) for name in ("city_id", "text", "written_at", "written_by")}
        added = insert(shortlist_notes).values(id=note.note_id, partner_id=partner_id, **values)
        await self._connection.execute(added)

    async def remove_note(self, partner_id: str, note_id: str) -> bool:
        return await self._removed(
            shortlist_notes, and_(shortlist_notes.c.partner_id == partner_id, shortlist_notes.c.id == note_id)
        )

    async def selections(self, partner_id: str) -> Sequence[SavedSelection]:
        found = select(selections).where(selections.c.partner_id == partner_id).order_by(selections.c.name)
        return [
            SavedSelection(selection_id=row.id, **{name: getattr(row, name) for name in _SAVED})
            for row in await self._connection.execute(found)
        ]

    async def put_selection(self, partner_id: str, selection: SavedSelection) -> None:
        values = {"id": selection.selection_id, "partner_id": partner_id}
        values |= {name: getattr(selection, name) for name in _SAVED}
        put = inserting(self._connection, selections).values(values)
        await self._connection.execute(put.on_conflict_do_update(index_elements=[selections.c.id], set_=values))

    async def remove_selection(self, partner_id: str, selection_id: str) -> bool:
        return await self._removed(
            selections, and_(selections.c.partner_id == partner_id, selections.c.id == selection_id)
        )

    async def _counted(self, which: ColumnElement[bool]) -> int:
        return int((await self._connection.execute(select(func.count()).where(which))).scalar_one())

    async def _removed(self, table: Table, which: ColumnElement[bool]) -> bool:
        gone = await self._connection.execute(delete(table).where(which))
        await self._erases()  # a note may name a person
        return gone.rowcount > 0

    async def _entries(
        self, which: ColumnElement[bool], notes_of: ColumnElement[bool], *, with_notes: bool
    ) -> Sequence[Entry]:
        notes: dict[str, list[Note]] = {}
        if with_notes:
            written = select(shortlist_notes).where(notes_of).order_by(shortlist_notes.c.id)
            for row in await self._connection.execute(written):
                notes.setdefault(row.city_id, []).append(_note(row))
        city_id = shortlist_notes.c.city_id
        counted = select(city_id, func.count()).where(notes_of).group_by(city_id)
        counts = {row[0]: row[1] for row in await self._connection.execute(counted)}
        is_visible = and_(cities.c.id == shortlist.c.city_id, cities.c.status == "endorsed")
        named = select(shortlist, cities.c.name.label("city_name"), cities.c.country)
        found = named.select_from(shortlist.outerjoin(cities, is_visible)).where(which)
        ordered = found.order_by(shortlist.c.changed_at.desc(), shortlist.c.city_id)
        return [
            Entry(
                **{name: getattr(row, name) for name in (*_OWN, "city_id", "city_name", "country")},
                note_count=counts.get(row.city_id, 0),
                notes=tuple(notes.get(row.city_id, ())) if with_notes else None,
            )
            for row in await self._connection.execute(ordered)
        ]


def _note(row: Any) -> Note:
    values = {name: getattr(row, name) for name in ("city_id", "text", "written_at", "written_by")}
    return Note(note_id=row.id, **values)

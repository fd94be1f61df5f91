"""Work on prepared imports in registry's database, and how far it is.

Invariant: an import has one row at most. How far work is never waits for its transaction: in PostgreSQL each note is a
transaction of its own, in SQLite, which has one writer and one process, it is kept in memory.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import Boolean, Column, Integer, String, Table, Text, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.database import Database
from isopolity.persistence.portable_sql import UtcDateTime, inserting
from isopolity.persistence.retention import Kept
from isopolity.registry.adapters.sql.records import ErasesAPerson
from isopolity.registry.adapters.sql.tables import metadata
from isopolity.registry.application.imports.prepared import KEPT as FILE_KEPT
from isopolity.registry.application.imports.work import ImportWork, RowsDone

_WORK: Final = TypeAdapter(ImportWork)

import_works = Table(
    "import_works",
    metadata,
    Column("import_id", String(128), primary_key=True),
    Column("ordered_at", UtcDateTime, nullable=False, index=True),
    Column("is_open", Boolean, nullable=False),
    Column("rows_done", Integer, nullable=False, server_default="0"),
    Column("rows_in_all", Integer, nullable=False, server_default="0"),
    Column("document", Text, nullable=False),
)
"""Work on prepared imports that is waiting, running, or has failed."""
_columns = import_works.c

KEPT: Final = Kept(
    name="work on these imports in the background",
    tables=(import_works,),
    personal="who ordered it, from which network address; corrections of contacts: role, name, address, language",
    since="the order; its end deletes it at once, but corrections that could not be made",
    days=FILE_KEPT.days,
    due=lambda before: import_works.c.ordered_at < before,
)


class SqlImportWorks:
    """ImportWorks on one connection."""

    def __init__(self, connection: AsyncConnection, erases: ErasesAPerson) -> None:
        self._connection = connection
        self._erases = erases

    async def put(self, work: ImportWork) -> None:
        values = {
            "import_id": work.import_id,
            "ordered_at": work.ordered_at,
            "is_open": not work.failure,
            "document": _WORK.dump_json(work).decode(),
        }
        new = inserting(self._connection, import_works).values(values)
        await self._connection.execute(new.on_conflict_do_update(index_elements=[_columns.import_id], set_=values))
        if work.failure:
            await self._erases()

    async def get(self, import_id: str) -> ImportWork | None:
        query = select(import_works.c.document).where(_columns.import_id == import_id).with_for_update()
        document = (await self._connection.execute(query)).scalar_one_or_none()
        return None if document is None else _WORK.validate_json(document)

    async def open(self) -> Sequence[str]:
        query = select(_columns.import_id).where(_columns.is_open).order_by(_columns.ordered_at, _columns.import_id)
        return (await self._connection.execute(query)).scalars().all()

    async def of(self, import_ids: Sequence[str]) -> Mapping[str, ImportWork]:
        query = select(import_works.c.document).where(_columns.import_id.in_(import_ids))
        found = [_WORK.validate_json(document) for document in (await self._connection.execute(query)).scalars()]
        return {work.import_id: work for work in found}

    async def remove(self, import_id: str) -> None:
        await self._connection.execute(delete(import_works).where(_columns.import_id == import_id))
        await self._erases()


class SqlImportProgress:
    """ImportProgress beside the transactions of the work."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._in_memory: dict[str, RowsDone] = {}

    async def note(self, import_id: str, rows: RowsDone) -> None:
        if self._database.is_sqlite:
            self._in_memory = {import_id: rows}  # one import runs at a time
            return
        noted = update(import_works).where(_columns.import_id == import_id)
        noted = noted.values(rows_done=rows.done, rows_in_all=rows.of)
        async with self._database.writing() as connection:
            await connection.execute(noted)
            await connection.commit()

    async def read(self, import_id: str) -> RowsDone:
        if self._database.is_sqlite:
            return self._in_memory.get(import_id, RowsDone())
        query = select(import_works.c.rows_done, import_works.c.rows_in_all).where(_columns.import_id == import_id)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return RowsDone() if row is None else RowsDone(*row)

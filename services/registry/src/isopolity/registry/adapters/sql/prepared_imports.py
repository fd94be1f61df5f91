"""Prepared imports and their rows in registry's database.

Invariant: reading an import to change it locks it; its rows are deleted with it.
"""

from collections.abc import Collection, Sequence
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Column, Index, Integer, Select, String, Table, Text, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.portable_sql import UtcDateTime, insert_rows, inserting, pieces
from isopolity.registry.adapters.sql.records import ErasesAPerson
from isopolity.registry.adapters.sql.tables import metadata
from isopolity.registry.application.imports.prepared import CORRECTED, PreparedImport, PreparedRow

_IMPORT: Final = TypeAdapter(PreparedImport)
_ROW: Final = TypeAdapter(PreparedRow)
_AT_ONCE: Final = 50
"""Addresses that one statement looks for."""


prepared_imports = Table(
    "prepared_imports",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("prepared_at", UtcDateTime, nullable=False, index=True),
    Column("document", Text, nullable=False),
)
prepared_rows = Table(
    "prepared_rows",
    metadata,
    Column("import_id", String(128), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("document", Text, nullable=False),
    Column("prepared_at", UtcDateTime, nullable=False, index=True),
    Index("ix_prepared_rows_state", "import_id", "state", "line"),
)
"""Rows of files whose import staff is previewing."""


class SqlPreparedImports:
    """PreparedImports on one connection."""

    def __init__(self, connection: AsyncConnection, erases: ErasesAPerson) -> None:
        self._connection = connection
        self._erases = erases
        self._spared: str | None = None

    async def put(self, prepared: PreparedImport) -> None:
        values = {
            "id": prepared.import_id,
            "prepared_at": prepared.prepared_at,
            "document": _IMPORT.dump_json(prepared).decode(),
        }
        new = inserting(self._connection, prepared_imports).values(values)
        await self._connection.execute(new.on_conflict_do_update(index_elements=[prepared_imports.c.id], set_=values))

    async def get(self, import_id: str) -> PreparedImport | None:
        query = select(prepared_imports.c.document).where(prepared_imports.c.id == import_id).with_for_update()
        return await self._one(query)

    async def peek(self, import_id: str) -> PreparedImport | None:
        return await self._one(select(prepared_imports.c.document).where(prepared_imports.c.id == import_id))

    async def _one(self, query: Select[str]) -> PreparedImport | None:
        document = (await self._connection.execute(query)).scalar_one_or_none()
        return None if document is None else _IMPORT.validate_json(document)

    async def newest(self, limit: int) -> Sequence[PreparedImport]:
        query = select(prepared_imports.c.document).order_by(prepared_imports.c.prepared_at.desc()).limit(limit)
        return [_IMPORT.validate_json(document) for document in (await self._connection.execute(query)).scalars()]

    async def add_rows(self, prepared: PreparedImport, rows: Sequence[PreparedRow]) -> None:
        if rows:
            await insert_rows(self._connection, prepared_rows, [_written(prepared, row) for row in rows])

    async def rows(
        self, import_id: str, *, states: Collection[str] = (), after: int, limit: int
    ) -> Sequence[PreparedRow]:
        columns = prepared_rows.c
        query = select(columns.document).where(columns.import_id == import_id, columns.line > after)
        if states:
            query = query.where(columns.state.in_(states))
        found = await self._connection.execute(query.order_by(columns.line).limit(limit))
        return [_ROW.validate_json(document) for document in found.scalars()]

    async def remove_rows(self, import_id: str, *, keep_sheets: bool = False) -> None:
        rows = delete(prepared_rows).where(prepared_rows.c.import_id == import_id)
        await self._connection.execute(rows.where(prepared_rows.c.line >= 0) if keep_sheets else rows)
        await self._erases()

    async def put_corrections(self, prepared: PreparedImport, rows: Sequence[PreparedRow]) -> None:
        columns = prepared_rows.c
        earlier = delete(prepared_rows).where(columns.import_id == prepared.import_id, columns.state == CORRECTED)
        await self._connection.execute(earlier)
        await self._erases()
        await self.add_rows(prepared, rows)

    async def remove_sheets(self, import_id: str) -> None:
        await self._connection.execute(
            delete(prepared_rows).where(prepared_rows.c.import_id == import_id, prepared_rows.c.line < 0)
        )
        await self._erases()

    async def remove(self, import_id: str) -> bool:
        await self.remove_rows(import_id)
        gone = await self._connection.execute(delete(prepared_imports).where(prepared_imports.c.id == import_id))
        return gone.rowcount == 1

    def spare(self, import_id: str) -> None:
        self._spared = import_id

    async def forget_people(self, addresses: Collection[str]) -> None:
        documents = (await self._connection.execute(select(prepared_imports.c.document))).scalars().all()
        done = [each for each in map(_IMPORT.validate_json, documents) if each.taken_at is not None]
        text = func.lower(prepared_rows.c.document)
        for prepared in (each for each in done if each.import_id != self._spared):
            of_import = prepared_rows.c.import_id == prepared.import_id
            for some in pieces(sorted(addresses), _AT_ONCE):
                names = or_(*(text.contains(address.lower(), autoescape=True) for address in some))
                found = await self._connection.execute(select(prepared_rows.c.document).where(of_import, names))
                for row in map(_ROW.validate_json, found.scalars().all()):
                    values = {"document": _ROW.dump_json(row.without_person()).decode()}
                    changed = update(prepared_rows).where(of_import, prepared_rows.c.line == row.line).values(values)
                    await self._connection.execute(changed)


def _written(prepared: PreparedImport, row: PreparedRow) -> dict[str, Any]:
    return {
        "import_id": prepared.import_id,
        "line": row.line,
        "state": row.state,
        "document": _ROW.dump_json(row).decode(),
        "prepared_at": prepared.prepared_at,
    }

"""Imports that were done and what they did to each entry, in registry's database; how long both are kept.

Invariant: data of a contact that is erased are deleted from what is kept of imports in the same transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    String,
    Table,
    Text,
    and_,
    delete,
    false,
    select,
    update,
)

from isopolity.persistence.portable_sql import UtcDateTime, insert_rows, pieces
from isopolity.persistence.retention import Kept
from isopolity.registry.adapters.sql import tables
from isopolity.registry.adapters.sql.access.sessions import known_browsers
from isopolity.registry.adapters.sql.directory.conditions import CITY_OF_CHANGE
from isopolity.registry.adapters.sql.invitations import invitations
from isopolity.registry.adapters.sql.records import SqlRecords
from isopolity.registry.adapters.sql.tables import metadata
from isopolity.registry.application.imports.done_rows import KEPT, DoneImport, DoneRow
from isopolity.registry.domain.change import PENDING
from isopolity.registry.domain.twinning import CLAIMED, DECLARED

_AT_ONCE: Final = 5000
_ROW: Final = TypeAdapter(DoneRow)

done_imports = Table(
    "done_imports",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("done_at", UtcDateTime, nullable=False, index=True),
    Column("done_by", String(300), nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("created", Integer, nullable=False),
    Column("revised", Integer, nullable=False),
    Column("is_kept", Boolean, nullable=False),
    Column("taken_back_at", UtcDateTime),
    Column("taken_back_by", String(300)),
    Column("taken_back", Integer, nullable=False),
    Column("shown", String(64), nullable=False),
)
done_rows = Table(
    "done_rows",
    metadata,
    Column("run_id", String(128), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("entry_id", String(300), primary_key=True),
    Column("line", Integer, nullable=False),
    Column("is_new", Boolean, nullable=False),
    Column("is_taken_back", Boolean, nullable=False, server_default=false()),
    Column("done_at", UtcDateTime, nullable=False, index=True),
    Column("document", Text, nullable=False),
    Index("ix_done_rows_entry", "entry_id", "kind"),
)
"""What imports did to each entry."""

KINDS: Final = (
    Kept(
        name="imports that were done",
        tables=(done_imports,),
        personal="the ids of who of staff did it and took it back",
        since="the import",
        days=KEPT.days,
        due=lambda before: done_imports.c.done_at < before,
    ),
    Kept(
        name="what these imports did to each entry, so that they can be taken back",
        tables=(done_rows,),
        personal="role, name, address and language that a changed contact had before; erasure deletes them at once",
        since="the import",
        days=KEPT.days,
        due=lambda before: done_rows.c.done_at < before,
    ),
)


class SqlDoneImports(SqlRecords[DoneImport]):
    """DoneImports on one connection."""

    table, kind = done_imports, DoneImport

    async def add(self, done: DoneImport) -> None:
        await self._insert(done)

    async def put(self, done: DoneImport) -> None:
        await self._update(done)

    async def get(self, run_id: str, *, locked: bool = True) -> DoneImport | None:
        return await self._one(done_imports.c.id == run_id, locked=locked)

    async def newest(self, limit: int) -> Sequence[DoneImport]:
        return await self._all(select(done_imports).order_by(done_imports.c.done_at.desc()).limit(limit))

    async def add_rows(self, run_id: str, done_at: datetime, rows: Sequence[DoneRow]) -> None:
        if rows:
            given = {"run_id": run_id, "done_at": done_at, "is_taken_back": False}
            await insert_rows(self._connection, done_rows, [_written(row) | given for row in rows])

    async def rows(self, run_id: str) -> Sequence[DoneRow]:
        columns = done_rows.c
        query = select(columns.document).where(columns.run_id == run_id, ~columns.is_taken_back)
        found = await self._connection.execute(query.order_by(columns.line, columns.kind, columns.entry_id))
        return [_ROW.validate_json(document) for document in found.scalars()]

    async def remove_rows(self, run_id: str) -> None:
        await self._connection.execute(delete(done_rows).where(done_rows.c.run_id == run_id))
        await self._erases()

    async def settle(self, run_id: str, taken: Sequence[DoneRow], changed: Sequence[DoneRow]) -> None:
        of_run = update(done_rows).where(done_rows.c.run_id == run_id)
        for kind in {row.kind for row in taken}:
            for some in pieces([row.entry_id for row in taken if row.kind == kind], _AT_ONCE):
                its = and_(done_rows.c.kind == kind, done_rows.c.entry_id.in_(some))
                await self._connection.execute(of_run.where(its).values(is_taken_back=True))
        for row in changed:
            its = and_(done_rows.c.kind == row.kind, done_rows.c.entry_id == row.entry_id)
            await self._connection.execute(of_run.where(its).values(_written(row)))

    async def taken_back(self, kind: str, entry_ids: Collection[str]) -> Collection[str]:
        is_back = and_(done_rows.c.kind == kind, done_rows.c.is_new, done_rows.c.is_taken_back)
        return set(await self._ids(done_rows.c.entry_id, entry_ids, is_back))

    async def later(self, done: DoneImport, entry_ids: Collection[str]) -> Collection[str]:
        is_later = and_(
            done_rows.c.run_id != done.run_id, done_rows.c.done_at >= done.done_at, ~done_rows.c.is_taken_back
        )
        return set(await self._ids(done_rows.c.entry_id, entry_ids, is_later))

    async def resting_on(self, member_ids: Collection[str]) -> Mapping[str, str]:
        found: dict[str, str] = {}
        ties, requests, changes = tables.twinnings.c, tables.requests.c, tables.changes.c
        stands = ties.status.in_((CLAIMED, DECLARED))
        for reason, column, condition in (
            ("signed-in", tables.sessions.c.member_id, None),
            ("request", requests.city_id, requests.status != "closed"),
            ("twinning", ties.city_a, stands),
            ("twinning", ties.city_b, stands),
            ("change", changes.id, changes.status == PENDING),
            ("change", CITY_OF_CHANGE, changes.status == PENDING),
            ("handover", tables.handovers.c.member_id, None),
            ("invitation", invitations.c.city_id, None),
            ("merged-here", tables.cities.c.merged_into, None),
            ("merged-here", tables.partners.c.merged_into, None),
        ):
            for member_id in await self._ids(column, member_ids, condition):
                found.setdefault(member_id, reason)
        contacts = tables.contacts.c
        has_signed_in = select(known_browsers.c.account_id).where(known_browsers.c.account_id == contacts.id).exists()
        for member_id in await self._ids(contacts.member_id, member_ids, has_signed_in):
            found[member_id] = "signed-in"
        return found

    async def forget_people(self, contact_ids: Collection[str]) -> None:
        columns = done_rows.c
        for some in pieces(sorted(contact_ids), _AT_ONCE):
            its = select(columns.run_id, columns.document).where(columns.kind == "contact", columns.entry_id.in_(some))
            for run_id, document in (await self._connection.execute(its)).all():
                row = _ROW.validate_json(document)
                if row.fields:
                    await self.settle(run_id, (), [row.without(row.fields)])

    async def _ids(
        self, column: ColumnElement[Any], wanted: Collection[str], condition: ColumnElement[bool] | None
    ) -> list[str]:
        found: list[str] = []
        for some in pieces(sorted(wanted), _AT_ONCE):
            query = select(column).where(column.in_(some)).distinct()
            query = query if condition is None else query.where(condition)
            found += (await self._connection.execute(query)).scalars()
        return found


def _written(row: DoneRow) -> dict[str, Any]:
    document = _ROW.dump_json(row, exclude_defaults=True).decode()
    return {"kind": row.kind, "entry_id": row.entry_id, "line": row.line, "is_new": row.is_new, "document": document}

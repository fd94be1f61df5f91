"""Layouts of imports in registry's database."""

from collections.abc import Collection, Mapping
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import Column, String, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.portable_sql import UtcDateTime, inserting
from isopolity.persistence.retention import Kept
from isopolity.registry.adapters.sql.tables import metadata
from isopolity.registry.application.imports.known_layouts import KEPT as PERIOD
from isopolity.registry.application.imports.known_layouts import KnownLayout

_LAYOUT: Final = TypeAdapter(KnownLayout)

import_layouts = Table(
    "import_layouts",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("headings", String(64), primary_key=True),
    Column("used_at", UtcDateTime, nullable=False, index=True),
    Column("document", Text, nullable=False),
)
"""Layouts that staff has chosen, by the digest of their headings."""

KEPT: Final = Kept(
    name="layouts of imported files, with a digest of their headings and without cells",
    tables=(import_layouts,),
    since="the last file that was read so",
    days=PERIOD.days,
    due=lambda before: import_layouts.c.used_at < before,
)


class SqlKnownLayouts:
    """KnownLayouts on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, layout: KnownLayout) -> None:
        values = {
            "kind": layout.kind,
            "headings": layout.headings,
            "used_at": layout.used_at,
            "document": _LAYOUT.dump_json(layout).decode(),
        }
        key = [import_layouts.c.kind, import_layouts.c.headings]
        new = inserting(self._connection, import_layouts).values(values)
        await self._connection.execute(new.on_conflict_do_update(index_elements=key, set_=values))

    async def of(self, kind: str, headings: Collection[str]) -> Mapping[str, KnownLayout]:
        columns = import_layouts.c
        query = select(columns.document).where(columns.kind == kind, columns.headings.in_(headings))
        found = [_LAYOUT.validate_json(document) for document in (await self._connection.execute(query)).scalars()]
        return {layout.headings: layout for layout in found}

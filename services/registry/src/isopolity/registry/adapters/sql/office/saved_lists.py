"""Lists of members that staff saved, in registry's database."""

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Boolean, Column, String, Table, Text, and_, or_, select

from isopolity.persistence.portable_sql import UtcDateTime
from isopolity.persistence.retention import Kept
from isopolity.registry.adapters.sql.records import SqlRecords
from isopolity.registry.adapters.sql.tables import metadata
from isopolity.registry.domain.member import SavedList

saved_lists = Table(
    "saved_lists",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("owner", String(300), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("choices", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
)
_its = saved_lists.c
KEPT: Final = Kept(
    name="lists of members that staff saved",
    tables=(saved_lists,),
    personal="the id of who saved it, and the name that it was given",
    stays="until staff deletes it, or the person leaves the office's list; a shared one stays for the office",
)


class SqlSavedLists(SqlRecords[SavedList]):
    """A SavedListRepository on one connection."""

    table, kind, apart = saved_lists, SavedList, ("choices",)

    def _row(self, value: SavedList) -> dict[str, Any]:
        return {**super()._row(value), "choices": json.dumps(dict(value.choices), ensure_ascii=False)}

    def _value(self, row: Any, **_apart: Any) -> SavedList:
        return super()._value(row, choices=json.loads(row.choices))

    async def get(self, list_id: str) -> SavedList | None:
        return await self._one(_its.id == list_id)

    async def all_for(self, subject: str) -> Sequence[SavedList]:
        visible = select(saved_lists).where(or_(_its.owner == subject, _its.shared))
        return await self._all(visible.order_by(_its.name, _its.id))

    async def put(self, saved: SavedList) -> None:
        await self._put(saved, _its.id)

    async def remove(self, list_id: str) -> None:
        await self._delete(_its.id == list_id)

    async def remove_own(self, owner: str) -> None:
        await self._delete(and_(_its.owner == owner, ~_its.shared))

"""Mergers that can be undone, in registry's database."""

from collections.abc import Sequence
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Boolean, Column, Integer, String, Table, Text, select

from isopolity.machine.periods import UNDONE_MERGER
from isopolity.persistence.portable_sql import UtcDateTime
from isopolity.persistence.retention import Kept
from isopolity.registry.adapters.sql.records import SqlRecords
from isopolity.registry.adapters.sql.tables import metadata
from isopolity.registry.application.mergers.record import Before, Carried, MergerRecord
from isopolity.registry.domain.city import CityProfile
from isopolity.registry.domain.partner import PartnerProfile

mergers = Table(
    "mergers",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("member_kind", String(16), nullable=False),
    Column("member_id", String(128), nullable=False, index=True),
    Column("kept_version", Integer, nullable=False),
    Column("left_version", Integer, nullable=False),
    Column("took_in", Boolean, nullable=False),
    Column("merged_at", UtcDateTime, nullable=False, index=True),
    Column("status", String(16), nullable=False),
    Column("kept", Text, nullable=False),
    Column("duplicate", Text, nullable=False),
    Column("carried", Text, nullable=False),
)
_PROFILES: Final[dict[str, TypeAdapter[Any]]] = {
    "city": TypeAdapter(CityProfile),
    "partner": TypeAdapter(PartnerProfile),
}
_CARRIED: Final = TypeAdapter(Carried)
KEPT: Final = Kept(
    name="mergers of two entries that staff can undo: both profiles before, and the ids of what was carried over",
    tables=(mergers,),
    personal="ids of contacts",
    since="the merger; undoing it deletes that at once",
    days=UNDONE_MERGER.days,
    due=lambda before: mergers.c.merged_at < before,
)


class SqlMergers(SqlRecords[MergerRecord]):
    """A MergerRepository on one connection."""

    table, kind, apart = mergers, MergerRecord, ("before", "carried")

    async def put(self, record: MergerRecord) -> None:
        await self._put(record, mergers.c.id)

    async def get(self, duplicate_id: str) -> MergerRecord | None:
        return await self._one(mergers.c.id == duplicate_id)

    async def of_member(self, member_id: str) -> Sequence[MergerRecord]:
        return await self._all(select(mergers).where(mergers.c.member_id == member_id))

    async def remove(self, duplicate_id: str) -> None:
        await self._delete(mergers.c.id == duplicate_id)

    def _row(self, value: MergerRecord) -> dict[str, Any]:
        profile = _PROFILES[value.member_kind]
        return super()._row(value) | {
            "status": value.before.status,
            "kept": profile.dump_json(value.before.kept).decode(),
            "duplicate": profile.dump_json(value.before.duplicate).decode(),
            "carried": _CARRIED.dump_json(value.carried).decode(),
        }

    def _value(self, row: Any, **apart: Any) -> MergerRecord:
        profile = _PROFILES[row.member_kind]
        kept, duplicate = profile.validate_json(row.kept), profile.validate_json(row.duplicate)
        before = Before(kept=kept, duplicate=duplicate, status=row.status)
        return super()._value(row, before=before, carried=_CARRIED.validate_json(row.carried), **apart)

"""The partnerships in SQL: the whole partnership as a document, beside it the columns that queries need."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.domain.partnership import Partnership, PartnershipStage
from isopolity.persistence.portable_sql import pieces

DOCUMENT: Final = TypeAdapter(Partnership)


class SqlPartnershipRepository:
    """A PartnershipRepository on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, partnership: Partnership) -> None:
        await self._connection.execute(insert(tables.partnerships).values(_values(partnership)))

    async def save(self, partnership: Partnership) -> None:
        same = tables.partnerships.c.partnership_id == partnership.partnership_id
        await self._connection.execute(update(tables.partnerships).where(same).values(_values(partnership)))

    async def find(self, partnership_ids: Collection[str]) -> Sequence[Partnership]:
        columns, found = tables.partnerships.c, list[Partnership]()
        for piece in pieces(sorted(partnership_ids)):
            query = select(columns.document).where(columns.partnership_id.in_(piece))
            rows = await self._connection.execute(query.order_by(columns.partnership_id).with_for_update())
            found += [DOCUMENT.validate_python(document) for document in rows.scalars()]
        return found

    async def active_of(self, member_id: str) -> Sequence[Partnership]:
        columns = tables.partnerships.c
        query = select(columns.document).where(
            columns.stage != PartnershipStage.ENDED,
            or_(columns.a_member_id == member_id, columns.b_member_id == member_id),
        )
        found = await self._connection.execute(query.order_by(columns.partnership_id).with_for_update())
        return [DOCUMENT.validate_python(document) for document in found.scalars()]

    async def all_of(self, member_id: str) -> Sequence[Partnership]:
        columns = tables.partnerships.c
        its = or_(columns.a_member_id == member_id, columns.b_member_id == member_id)
        query = select(columns.document).where(its).order_by(columns.partnership_id).with_for_update()
        return [DOCUMENT.validate_python(document) for document in (await self._connection.execute(query)).scalars()]


def _values(partnership: Partnership) -> dict[str, Any]:
    return {
        "partnership_id": partnership.partnership_id,
        "version": partnership.version,
        "stage": partnership.stage,
        "proposal_id": partnership.proposal_id,
        "a_member_id": partnership.a.member_id,
        "b_member_id": partnership.b.member_id,
        "ended_at": partnership.ended_at,
        "is_shown": partnership.is_shown,
        "document": DOCUMENT.dump_python(partnership, mode="json"),
    }

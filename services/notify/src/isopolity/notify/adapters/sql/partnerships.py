"""The projection of partnerships that have ended, in notify's database.

Invariant: the partnership that was stored first stays. If two transactions add the same one, the second waits for the
first and adds nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.notify.adapters.sql import tables
from isopolity.notify.domain.partnership import EndedPartnership
from isopolity.persistence.portable_sql import inserting, pieces

_DOCUMENT: Final = TypeAdapter(EndedPartnership)


class SqlPartnershipRepository:
    """Ended partnerships, read and written in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, partnership: EndedPartnership) -> bool:
        row = {
            "proposal_id": partnership.proposal_id,
            "ended_at": partnership.ended_at,
            "document": _DOCUMENT.dump_python(partnership, mode="json"),
        }
        statement = inserting(self._connection, tables.partnerships).values(row).on_conflict_do_nothing()
        return (await self._connection.execute(statement)).rowcount == 1

    async def get(self, proposal_ids: Sequence[str]) -> Mapping[str, EndedPartnership]:
        columns, found = tables.partnerships.c, dict[str, EndedPartnership]()
        for piece in pieces(proposal_ids):
            query = select(columns.proposal_id, columns.document).where(columns.proposal_id.in_(piece))
            rows = await self._connection.execute(query)
            found |= {row.proposal_id: _DOCUMENT.validate_python(row.document) for row in rows}
        return found

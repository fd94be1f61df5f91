"""The projection of ended interests in notify's database.

Invariant: a stored interest never changes. If two transactions add the same one, the second waits for the first and
adds nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.notify.adapters.sql import tables
from isopolity.notify.domain.interest import EndedInterest
from isopolity.persistence.portable_sql import inserting, pieces

_DOCUMENT: Final = TypeAdapter(EndedInterest)


class SqlInterestRepository:
    """Ended interests, read and written in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, interest: EndedInterest) -> bool:
        row = {
            "interest_id": interest.interest_id,
            "hear_by": interest.hear_by,
            "document": _DOCUMENT.dump_python(interest, mode="json"),
        }
        statement = inserting(self._connection, tables.interests).values(row).on_conflict_do_nothing()
        return (await self._connection.execute(statement)).rowcount == 1

    async def get(self, interest_ids: Sequence[str]) -> Mapping[str, EndedInterest]:
        columns, found = tables.interests.c, dict[str, EndedInterest]()
        for piece in pieces(interest_ids):
            query = select(columns.interest_id, columns.document).where(columns.interest_id.in_(piece))
            rows = await self._connection.execute(query)
            found |= {row.interest_id: _DOCUMENT.validate_python(row.document) for row in rows}
        return found

"""Letters of registry's office whose mail has ended, until registry knows it, in notify's database."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.notify.adapters.sql.tables import ended_letters
from isopolity.persistence.portable_sql import inserting


class SqlEndedLetters:
    """An EndedLetters on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, ended: Mapping[str, datetime]) -> None:
        rows = [{"letter_id": letter_id, "ended_at": ended_at} for letter_id, ended_at in ended.items()]
        await self._connection.execute(inserting(self._connection, ended_letters).on_conflict_do_nothing(), rows)

    async def some(self, limit: int) -> Sequence[str]:
        columns = ended_letters.c
        query = select(columns.letter_id).order_by(columns.ended_at, columns.letter_id).limit(limit)
        return list((await self._connection.execute(query)).scalars())

    async def remove(self, letter_id: str) -> None:
        await self._connection.execute(delete(ended_letters).where(ended_letters.c.letter_id == letter_id))

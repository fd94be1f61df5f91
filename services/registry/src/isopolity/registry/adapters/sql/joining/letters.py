"""Letters about applications, and about changes of contacts, in registry's database.

Invariant: `from_row(to_row(letter)) == letter`; a deleted one leaves nothing in a SQLite file.
"""

from dataclasses import fields
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.registry.adapters.sql.access import ErasesAPerson
from isopolity.registry.adapters.sql.joining.joining_tables import letters
from isopolity.registry.domain.joining.letter import Letter
from isopolity.registry.domain.replacement.notice import Notice

_COLUMNS: Final = tuple(field.name for field in fields(Letter) if field.name not in ("letter_id", "notice"))
_NOTICE: Final = TypeAdapter(Notice)


class SqlLetters:
    """A LetterRepository on one connection."""

    def __init__(self, connection: AsyncConnection, erases: ErasesAPerson) -> None:
        self._connection = connection
        self._erases = erases

    async def add(self, letter: Letter) -> None:
        values = {name: getattr(letter, name) for name in _COLUMNS}
        notice = None if letter.notice is None else _NOTICE.dump_json(letter.notice).decode()
        await self._connection.execute(insert(letters).values(id=letter.letter_id, notice=notice, **values))

    async def get(self, letter_id: str) -> Letter | None:
        row = (await self._connection.execute(select(letters).where(letters.c.id == letter_id))).one_or_none()
        if row is None:
            return None
        notice = None if row.notice is None else _NOTICE.validate_json(row.notice)
        return Letter(letter_id=row.id, notice=notice, **{name: getattr(row, name) for name in _COLUMNS})

    async def delete(self, letter_id: str) -> None:
        await self._connection.execute(delete(letters).where(letters.c.id == letter_id))
        await self._erases()

"""Answers in notify's database: the last one of each side, never a second after a final one."""

from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Row, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.notify.adapters.sql.tables import ANSWERS, MAILS
from isopolity.notify.domain.answer import FINAL, Answer, Choice
from isopolity.persistence.bulk_inserts import inserting

_NAMES = tuple(field.name for field in fields(Answer))
_COLUMNS = [ANSWERS.c[name] for name in _NAMES]


class SqlAnswerBook:
    """Answers, read and written in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, proposal_id: str, side: str) -> Answer | None:
        query = select(*_COLUMNS).where(ANSWERS.c.proposal_id == proposal_id, ANSWERS.c.side == side)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else to_answer(row)

    async def record(self, answer: Answer) -> bool:
        statement = inserting(self._connection, ANSWERS).values(asdict(answer))
        keys = ["proposal_id", "side"]
        result = await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=keys,
                set_={name: statement.excluded[name] for name in _NAMES if name not in keys},
                where=ANSWERS.c.choice.not_in(sorted(FINAL)),
            )
        )
        return result.rowcount == 1

    async def forget_words(self, contact_id: str) -> None:
        written = exists().where(
            MAILS.c.contact_id == contact_id,
            MAILS.c.occasion_id == ANSWERS.c.proposal_id,
            MAILS.c.side == ANSWERS.c.side,
        )
        await self._connection.execute(update(ANSWERS).where(written).values(reason=None))


def to_answer(row: Row[Any]) -> Answer:
    """The answer in a row that holds its columns."""
    values: dict[str, Any] = {name: row._mapping[name] for name in _NAMES}
    return Answer(**{**values, "choice": Choice(row.choice)})

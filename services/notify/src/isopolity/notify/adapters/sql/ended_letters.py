"""Letters of registry's office whose mail has ended and that registry must still hear about."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.notify.adapters.sql.tables import ended_letters, mails
from isopolity.notify.domain.mail import FROM_OFFICE, OVER, MailState
from isopolity.persistence.portable_sql import inserting


class SqlEndedLetters:
    """An EndedLetters on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, ended: Mapping[str, datetime]) -> None:
        rows = [{"letter_id": letter_id, "ended_at": ended_at} for letter_id, ended_at in ended.items()]
        await self._connection.execute(inserting(self._connection, ended_letters).on_conflict_do_nothing(), rows)

    async def some(self, limit: int) -> Mapping[str, MailState]:
        columns, its_mail = ended_letters.c, mails.c.occasion_id == ended_letters.c.letter_id
        joined = ended_letters.join(mails, its_mail & mails.c.purpose.in_(sorted(FROM_OFFICE)))
        # a mail that is sent again has not ended
        query = select(columns.letter_id, mails.c.state).select_from(joined).where(mails.c.state.in_(sorted(OVER)))
        rows = await self._connection.execute(query.order_by(columns.ended_at, columns.letter_id).limit(limit))
        return {row.letter_id: MailState(row.state) for row in rows}

    async def remove(self, letter_id: str) -> None:
        await self._connection.execute(delete(ended_letters).where(ended_letters.c.letter_id == letter_id))

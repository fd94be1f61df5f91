"""Reading what people wrote with their answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from isopolity.notify.adapters.sql.tables import ANSWERS
from isopolity.persistence.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What one side wrote with its answer; never published, never shown to the other side."""

    response_id: str
    proposal_id: str
    side: str
    choice: str
    reason: str
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackQueries:
    """Queries that change nothing and lock nothing."""

    database: Database

    async def page(self, *, before: str | None, limit: int) -> Sequence[Feedback]:
        """Feedback, the newest first, that before the response id `before`."""
        columns = ANSWERS.c
        query = select(ANSWERS).where(columns.reason != "").order_by(columns.response_id.desc()).limit(limit)
        if before is not None:
            query = query.where(columns.response_id < before)
        async with self.database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return [
            Feedback(
                response_id=row.response_id,
                proposal_id=row.proposal_id,
                side=row.side,
                choice=row.choice,
                reason=row.reason,
                answered_at=row.answered_at,
            )
            for row in rows
        ]

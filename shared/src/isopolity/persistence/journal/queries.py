"""Finding lines of the journal: about some things, of some correlation, or of some events; counting and deleting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines are wanted: those that one of these ids leads to."""

    members: Sequence[str] = ()
    proposals: Sequence[str] = ()
    partnerships: Sequence[str] = ()
    mails: Sequence[str] = ()
    correlations: Sequence[str] = ()
    events: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(
            self.members or self.proposals or self.partnerships or self.mails or self.correlations or self.events
        )

    def condition(self, table: Table) -> ColumnElement[bool]:
        """The condition on lines of `table`."""
        columns = table.c
        asked = (
            (columns.member_id, self.members),
            (columns.other_member_id, self.members),
            (columns.proposal_id, self.proposals),
            (columns.partnership_id, self.partnerships),
            (columns.mail_id, self.mails),
            (columns.correlation_id, self.correlations),
            (columns.event_id, self.events),
        )
        return or_(*(column.in_(ids) for column, ids in asked if ids))


async def lines_of(
    connection: AsyncConnection, table: Table, wanted: Wanted, *, after: tuple[datetime, str] | None, limit: int
) -> Sequence[Any]:
    """The wanted lines, the oldest first, those that follow a moment and an event's id."""
    query = select(table).where(wanted.condition(table))
    if after is not None:
        at, event_id = after
        later = table.c["at"] > at
        query = query.where(or_(later, and_(table.c["at"] == at, table.c.event_id > event_id)))
    return (await connection.execute(query.order_by(table.c["at"], table.c.event_id).limit(limit))).all()


async def counts_of(connection: AsyncConnection, table: Table, wanted: Wanted) -> Sequence[Any]:
    """How many of the wanted lines there are of each type, and the moments of the first and the last."""
    columns = table.c
    moments = func.min(columns["at"]).label("first_at"), func.max(columns["at"]).label("last_at")
    query = select(columns.type, func.count().label("number"), *moments).where(wanted.condition(table))
    return (await connection.execute(query.group_by(columns.type).order_by(columns.type))).all()


async def forget_lines(connection: AsyncConnection, table: Table, before: datetime, limit: int) -> None:
    """Delete lines of events from before that moment, `limit` of them at most."""
    due = select(table.c.event_id).where(table.c["at"] < before).limit(limit)
    await connection.execute(delete(table).where(table.c.event_id.in_(due)))

"""The background count of proposals that were settled before counts existed, and later of those that a process of the
previous release has settled.

Invariant: each step is a transaction that locks the counts and records its progress. So after a crash it continues
where it was, answers that settle meanwhile are counted exactly once, and readers get AnswersNotCounted until the last
step is done.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.machine.clock import Clock
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.answers.counts import (
    ANSWERABLE,
    count_days,
    count_members,
    counting_alone,
    enter_answers,
    read_trials,
)
from isopolity.matching.domain.proposal import OUT
from isopolity.persistence.database import Database
from isopolity.persistence.lease import Lease

_PROPOSALS: Final = 500
_MEMBERS: Final = 500
_DAYS: Final = 30
"""The number of proposals, and of members, that are counted in one transaction."""
CAUGHT_UP: Final = timedelta(days=30)
"""The age up to which `catch_up` looks for proposals that a process of the previous release settled uncounted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFilling:
    """Fills the counts of a database, step by step."""

    database: Database
    clock: Clock
    proposals: int = _PROPOSALS

    async def fill(self, held: Lease) -> int:
        """Count all uncounted proposals; return the number that was looked at, 0 if all were counted before."""
        if not await self._is_uncounted():
            return 0
        looked_at = await self._enter_open()
        while entered := await self.enter_settled():
            looked_at += entered
            await held.check()
        await self._count_all_days(held)
        await self._count_all_members(held)
        return looked_at

    async def catch_up(self) -> int:
        """Count proposals that were settled lately without being counted; return how many of them have answers."""
        since = self.clock() - CAUGHT_UP
        async with self._counting() as connection:
            without_rows = (await connection.execute(_without_rows(since))).scalars().all()
            missed = {row["proposal_id"] for row in await read_trials(connection, without_rows)}
            await count_members(connection, (await enter_answers(connection, missed)).members)
            await count_days(connection, _days(since.date(), self.clock().date()))
            await connection.commit()
        return len(missed)

    @asynccontextmanager
    async def _counting(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that holds the lock of the counts; the caller commits."""
        async with self.database.writing() as connection:
            await counting_alone(connection)
            yield connection

    async def _is_uncounted(self) -> bool:
        async with self.database.reading() as connection:
            return (await connection.execute(select(tables.uncounted.c.name))).first() is not None

    async def _enter_open(self) -> int:
        columns = tables.proposals.c
        async with self._counting() as connection:
            found = await connection.execute(select(columns.proposal_id).where(columns.stage.in_(OUT)))
            open_ones = found.scalars().all()
            await enter_answers(connection, open_ones)
            await connection.commit()
        return len(open_ones)

    async def enter_settled(self) -> int:
        """Enter the next proposals, in the order of their settlement."""
        at, its_id = tables.proposals.c.settled_at, tables.proposals.c.proposal_id
        async with self._counting() as connection:
            done = (await connection.execute(select(tables.uncounted))).one()
            query = select(at, its_id).where(at.is_not(None)).order_by(at, its_id).limit(self.proposals)
            if done.settled_at is not None:
                follows = or_(at > done.settled_at, and_(at == done.settled_at, its_id > done.proposal_id))
                query = query.where(at >= done.settled_at, follows)
            found = (await connection.execute(query)).all()
            if found:
                await enter_answers(connection, [row.proposal_id for row in found])
                last = {"settled_at": found[-1].settled_at, "proposal_id": found[-1].proposal_id}
                await connection.execute(update(tables.uncounted).values(last))
                await connection.commit()
        return len(found)

    async def _count_all_days(self, held: Lease) -> None:
        at = tables.proposals.c.settled_at
        async with self.database.reading() as connection:
            first, last = (await connection.execute(select(func.min(at), func.max(at)))).one()
        days = [] if first is None else _days(first.date(), last.date())
        for start in range(0, len(days), _DAYS):
            async with self._counting() as connection:
                await count_days(connection, days[start : start + _DAYS])
                await connection.commit()
            await held.check()

    async def _count_all_members(self, held: Lease) -> None:
        last = ""
        while True:
            async with self._counting() as connection:
                members = (await connection.execute(_next_members(last))).scalars().all()
                if not members:
                    await connection.execute(delete(tables.uncounted))
                await count_members(connection, members)
                await connection.commit()
            if not members:
                return
            last = members[-1]
            await held.check()


def _next_members(after: str) -> Select[Any]:
    member = tables.answers.c.member
    return select(member).where(member > after).group_by(member).order_by(member).limit(_MEMBERS)


def _without_rows(since: datetime) -> Select[Any]:
    columns = tables.proposals.c
    is_entered = exists().where(tables.answers.c.proposal_id == columns.proposal_id)
    could_be = columns.stage.in_(ANSWERABLE), columns.answer_by.is_not(None)
    return select(columns.proposal_id).where(columns.settled_at > since, *could_be, ~is_entered)


def _days(first: date, last: date) -> Sequence[date]:
    return [first + timedelta(days=each) for each in range((last - first).days + 1)]

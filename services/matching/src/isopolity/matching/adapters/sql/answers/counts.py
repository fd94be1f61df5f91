"""Counts by member, and of settled proposals by day, computed from the rows that they count.

Invariant: a count is never changed by a difference: it is recomputed from all rows of the member or the day, which are
some tens. So whatever changed the rows, the counts agree with them.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, case, delete, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.domain.acceptance import Reply
from isopolity.matching.domain.proposal import OPEN
from isopolity.persistence.portable_sql import lock_alone, pieces

_LOCK: Final = "isopolity.matching.answers"


async def counting_alone(connection: AsyncConnection) -> None:
    """Lock the counts until this transaction ends, so that each transaction sees all rows of earlier ones."""
    await lock_alone(connection, _LOCK)


async def count_members(connection: AsyncConnection, members: Collection[str]) -> None:
    """Recompute the counts of these members, given by their keys; the caller must hold `counting_alone`."""
    for piece in pieces(sorted(members)):
        for table in (tables.answer_counts, tables.silence_counts):
            await connection.execute(delete(table).where(table.c.member.in_(piece)))
        counts = ("kind", "member", "number", "weight", "yes")
        await connection.execute(tables.answer_counts.insert().from_select(counts, _counts(piece)))
        await connection.execute(tables.silence_counts.insert().from_select(("member", "silence"), _silences(piece)))


def _counts(members: Collection[str]) -> Select[Any]:
    columns = tables.answers.c
    yes = func.sum(case((columns.reply == Reply.YES, columns.weight), else_=0.0))
    return (
        select(columns.kind, columns.member, func.count(), func.sum(columns.weight), yes)
        .where(columns.member.in_(members), columns.settled_at.is_not(None))
        .group_by(columns.kind, columns.member)
    )


def _silences(members: Collection[str]) -> Select[Any]:
    """The silences since the last answer; at the same moment, an answer counts as newer than a silence."""
    columns, is_theirs = tables.answers.c, tables.answers.c.member.in_(members)
    last = (
        select(columns.member, func.max(columns.settled_at).label("at"))
        .where(is_theirs, columns.settled_at.is_not(None), columns.reply != Reply.SILENT)
        .group_by(columns.member)
        .subquery()
    )
    return (
        select(columns.member, func.sum(columns.silence))
        .select_from(tables.answers.outerjoin(last, last.c.member == columns.member))
        .where(is_theirs, columns.silence.is_not(None), or_(last.c.at.is_(None), columns.settled_at > last.c.at))
        .group_by(columns.member)
    )


async def delete_settled(connection: AsyncConnection, proposal_ids: Sequence[str]) -> None:
    """Delete settled proposals with their answers, and remove these from all counts."""
    await counting_alone(connection)
    members, days = set[str](), set[date]()
    proposals, answers = tables.proposals.c, tables.answers.c
    for piece in pieces(proposal_ids):
        is_it, is_in_it = proposals.proposal_id.in_(piece), answers.proposal_id.in_(piece)
        settled = (await connection.execute(select(proposals.settled_at).where(is_it))).scalars()
        days.update(moment.date() for moment in settled if moment is not None)
        members.update((await connection.execute(select(answers.member).where(is_in_it))).scalars())
        await connection.execute(delete(tables.answers).where(is_in_it))
        await connection.execute(delete(tables.proposals).where(is_it))
    await count_members(connection, members)
    await count_days(connection, days)


async def count_days(connection: AsyncConnection, days: Collection[date]) -> None:
    """Recount the settled proposals of these days by stage; the caller must hold `counting_alone`."""
    columns, counted = tables.proposals.c, tables.settled_counts
    for day in sorted(days):
        start = midnight(day)
        found = select(literal(day, counted.c.day.type), columns.stage, func.count()).where(
            and_(columns.settled_at >= start, columns.settled_at < start + timedelta(days=1))
        )
        await connection.execute(delete(counted).where(counted.c.day == day))
        rows = found.group_by(columns.stage)
        await connection.execute(counted.insert().from_select(("day", "stage", "number"), rows))


def midnight(day: date) -> datetime:
    """The moment at which a day begins in UTC."""
    return datetime.combine(day, time(), UTC)


async def proposals_by_stage(connection: AsyncConnection) -> Select[Any]:
    """The query for the number of proposals at each stage."""
    stage, counted = tables.proposals.c.stage, tables.settled_counts.c
    found = select(stage, func.count()).group_by(stage)
    if (await connection.execute(select(tables.uncounted.c.name))).first() is not None:
        return found  # an upgrade whose answers are not all counted yet
    settled = select(counted.stage, func.sum(counted.number)).group_by(counted.stage)
    both = union_all(settled, found.where(stage.in_(OPEN))).subquery()
    return select(both).order_by(both.c.stage)

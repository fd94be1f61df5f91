"""The counts of answers by cell and by day of settling, from which the pair models learn; and these counts at a moment.

Invariant: a day's counts are computed from the rows of that day, never by a difference. The record of a side is how its
member had answered what was settled before; it is computed anew when any of that changes. Only settled answers are
counted, so that no answer to an open proposal moves anything.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Integer, String, and_, case, cast, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.domain.acceptance import DEFAULT_LEARNING, Reply, left_at
from isopolity.matching.domain.member import member_key
from isopolity.matching.domain.pair_model.characteristics import CITY, NO_RECORD, PARTNER, RATES
from isopolity.matching.domain.pair_model.pair_model import CellCount, CellCounts
from isopolity.persistence.portable_sql import lines_of, pieces, split_lines

CountsByRole = dict[tuple[str, str], CellCounts]
"""By kind and role."""


def midnight(day: date) -> datetime:
    """The moment at which a day begins in UTC."""
    return datetime.combine(day, time(), UTC)


async def write_records(connection: AsyncConnection, since: Mapping[str, datetime]) -> set[date]:
    """Write the records of these members' answers, each from its moment on; return the days of these answers."""
    own, days = tables.answers.c, set[date]()
    for piece in pieces(sorted(since)):
        theirs = and_(own.member.in_(piece), own.settled_at >= min(since[each] for each in piece))
        found = await connection.execute(select(own.settled_at).where(theirs).distinct())
        days.update(moment.date() for (moment,) in found)
        await connection.execute(update(tables.answers).where(theirs, own.cell.is_not(None)).values(record=_record()))
    return days


def _record() -> ColumnElement[int]:
    """The level of `RECORD` at an answer, from what was settled before it."""
    own, earlier = tables.answers.c, tables.answers.alias("earlier")
    number = func.count()
    yes = func.coalesce(func.sum(case((earlier.c.reply == Reply.YES, 1), else_=0)), 0)
    reached = sum((case((yes >= rate * number, 1), else_=0) for rate in RATES), start=literal(0, Integer))
    is_before = and_(earlier.c.member == own.member, earlier.c.kind == own.kind, earlier.c.settled_at < own.settled_at)
    found = select(case((number == 0, NO_RECORD), else_=reached)).where(is_before)
    return found.correlate(tables.answers).scalar_subquery()


async def count_cells(connection: AsyncConnection, day: date) -> None:
    """Recount the answers of a day by cell; the caller must hold `counting_alone`."""
    own, counted, start = tables.answers.c, tables.cell_counts, midnight(day)
    role = case((own.member.startswith(member_key(PARTNER, "")), PARTNER), else_=CITY)
    keys = own.kind, role, own.cell + cast(own.record, String)
    yes = func.sum(case((own.reply == Reply.YES, own.weight), else_=0.0))
    is_of_day = and_(own.settled_at >= start, own.settled_at < start + timedelta(days=1), own.record.is_not(None))
    found = select(literal(day, counted.c.day.type), *keys, func.count(), func.sum(own.weight), yes)
    await connection.execute(delete(counted).where(counted.c.day == day))
    names = ("day", "kind", "role", "cell", "number", "weight", "yes")
    await connection.execute(counted.insert().from_select(names, found.where(is_of_day).group_by(*keys)))


async def read_cells(connection: AsyncConnection, now: datetime) -> CountsByRole:
    """The counts of all days by kind and role, as they count at `now`."""
    columns = tables.cell_counts.c
    sums = (func.sum(each).label(each.name) for each in (columns.number, columns.weight, columns.yes))
    keys = columns.kind, columns.role, columns.cell
    found = select(*keys, *sums).group_by(*keys).subquery().c
    text = await connection.execute(select(lines_of(connection, *(cast(each, String) for each in found))))
    return await asyncio.to_thread(_read, text.scalar_one(), left_at(now, DEFAULT_LEARNING.half_life))


def _read(text: str | None, left: float) -> CountsByRole:
    counts = defaultdict[tuple[str, str], dict[str, CellCount]](dict)
    for kind, role, cell, number, weight, yes in split_lines(text):
        counts[kind, role][cell] = CellCount(int(number), float(weight) * left, float(yes) * left)
    return dict(counts)

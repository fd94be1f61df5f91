"""Counts of answers at a moment, read from the stored counts; an answer to an open proposal only ends a silence.

Invariant: what is answered counts once the proposal is settled, so that no round before tells what somebody said. Many
rows come as one text, which a thread parses, so that 100,000 rows do not block the event loop.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, String, Subquery, case, cast, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.answers.cells import read_cells
from isopolity.matching.domain.acceptance import DEFAULT_LEARNING, Count, Counts, Moments, Reply, left_at
from isopolity.matching.domain.member import member_key
from isopolity.matching.errors import AnswersNotCounted
from isopolity.persistence.portable_sql import lines_of, split_lines


async def read_counts(connection: AsyncConnection, now: datetime, members: Collection[str] | None = None) -> Counts:
    """The counts of all members, or of some with the moments of all. Raises AnswersNotCounted."""
    if (await connection.execute(select(tables.uncounted.c.name))).first() is not None:
        raise AnswersNotCounted("The answers of the years before are still being counted. Try again in a minute.")
    counted, silent, answering = tables.answer_counts.c, tables.silence_counts.c, _answering(members).c
    texts = [
        await _lines(connection, members, counted.kind, counted.member, counted.number, counted.weight, counted.yes),
        await _lines(connection, members, silent.member, silent.silence, where=_is_felt(now)),
        await _lines(connection, None, answering.member),
    ]
    network = None if members is None else await _moments(connection, now)
    counts = await asyncio.to_thread(_counts, texts, now, network)
    return replace(counts, cells=await read_cells(connection, now))


def _answering(members: Collection[str] | None) -> Subquery:
    """The members that have answered open proposals."""
    columns = tables.answers.c
    query = select(columns.member).where(columns.settled_at.is_(None), _is_of(columns.member, members))
    return query.distinct().subquery()


def _is_of(member: ColumnElement[str], members: Collection[str] | None) -> ColumnElement[bool]:
    return true() if members is None else member.in_(members)


def _is_felt(now: datetime) -> ColumnElement[bool]:
    """The condition that the silences exceed the patience of the learning; fewer have no effect."""
    left = left_at(now, DEFAULT_LEARNING.bench_half_life)
    return tables.silence_counts.c.silence * left > DEFAULT_LEARNING.patience


async def _lines(
    connection: AsyncConnection,
    members: Collection[str] | None,
    *columns: ColumnElement[Any],
    where: ColumnElement[bool] | None = None,
) -> str | None:
    member = next(column for column in columns if column.name == "member")
    query = select(lines_of(connection, *(cast(column, String) for column in columns))).where(_is_of(member, members))
    found: str | None = (await connection.execute(query if where is None else query.where(where))).scalar_one()
    return found


async def _moments(connection: AsyncConnection, now: datetime) -> Mapping[str, Moments]:
    """By kind: the sums over all members, computed by the server."""
    left = left_at(now, DEFAULT_LEARNING.half_life)
    counted = tables.answer_counts.c
    weight, yes = counted.weight * left, counted.yes * left
    sums = func.count(), func.sum(weight), func.sum(yes), func.sum(weight * weight), func.sum(yes * yes / weight)
    rows = await connection.execute(select(counted.kind, *sums).group_by(counted.kind))
    return {kind: _moments_of(*each) for kind, *each in rows}


def _moments_of(members: float, trials: float, yes: float, squared_trials: float, yes_by_rate: float) -> Moments:
    return Moments(members=int(members), trials=trials, yes=yes, squared_trials=squared_trials, yes_by_rate=yes_by_rate)


def _counts(texts: list[str | None], now: datetime, network: Mapping[str, Moments] | None) -> Counts:
    settled, silent, answered = texts
    found = _settled(settled, left_at(now, DEFAULT_LEARNING.half_life))
    answering = {member for (member,) in split_lines(answered)}
    left = left_at(now, DEFAULT_LEARNING.bench_half_life)
    silences = {
        member: float(silence) * left for member, silence in split_lines(silent) if member not in answering
    }  # an answer ends a silence at once, even if its proposal is open
    return Counts(by_member=found, network=network, silences=silences)


def _settled(found: str | None, left: float) -> dict[tuple[str, str], Count]:
    """The counts of settled proposals, parsed by column, which takes half the time of parsing by line."""
    if not found:
        return {}
    values = found.replace("\n", "\t").split("\t")
    kinds, members, numbers, weights, yes = (values[column::5] for column in range(5))
    left_of = [(np.array(each, np.float64) * left).tolist() for each in (weights, yes)]
    counts = map(Count._make, zip(map(int, numbers), *left_of, strict=True))
    return dict(zip(zip(kinds, members, strict=True), counts, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCount:
    """A member's proposals of one kind, counted by its answer."""

    kind: str
    yes: int
    other: int
    silent: int


async def read_own_counts(connection: AsyncConnection, member_id: str) -> Sequence[OwnCount]:
    """The counts of a member's answers by kind, those to open proposals included."""
    columns = tables.answers.c
    numbers = [func.sum(case((columns.reply == reply, 1), else_=0)) for reply in (Reply.YES, Reply.OTHER, Reply.SILENT)]
    is_its = columns.member.in_([member_key(kind, member_id) for kind in ("city", "partner")])
    query = select(columns.kind, *numbers).where(is_its).group_by(columns.kind).order_by(columns.kind)
    rows = await connection.execute(query)
    return [OwnCount(kind=kind, yes=yes, other=other, silent=silent) for kind, yes, other, silent in rows]

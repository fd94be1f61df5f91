"""Answers on one connection: kept with the changes that make them, and read as counts.

Invariant: what a transaction has noted is counted in it, as the last thing before its commit, by one transaction at a
time; so each sees the rows of all that were counted before.
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import String, case, cast, delete, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.answers.counts import count_days, count_members, counting_alone
from isopolity.matching.adapters.sql.answers.trials import Trial, read_trials
from isopolity.matching.domain.acceptance import DEFAULT_LEARNING, Count, Counts, Reply, left_at
from isopolity.matching.errors import AnswersNotCounted
from isopolity.persistence.portable_sql import inserting, lines_of, pieces, split_lines

_CHANGING: Final = ("kind", "reply", "settled_at", "weight", "silence")
"""Columns that follow the proposal; `member` stays as it is, since a merge may have moved the row."""
_AT_ONCE: Final = 100
"""Rows in one statement."""


class SqlAnswers:
    """Answers of members on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._noted: set[str] = set()
        self._days: set[date] = set()

    def note(self, proposal_ids: Iterable[str], settled: Iterable[datetime | None] = ()) -> None:
        """Count these proposals, and those settled at these moments, before the transaction commits."""
        self._noted.update(proposal_ids)
        self._days.update(moment.date() for moment in settled if moment is not None)

    async def write(self) -> None:
        """Count what was noted; locks every other transaction that counts until this one ends."""
        if self._noted or self._days:
            await counting_alone(self._connection)
            await count_members(self._connection, await enter_answers(self._connection, self._noted))
            await count_days(self._connection, self._days)
            self._noted, self._days = set(), set()

    async def move(self, from_key: str, to_key: str) -> None:
        """Give all answers of one member to another and count both anew, see `Answers.move`."""
        await counting_alone(self._connection)
        its = tables.answers.c.member == from_key
        await self._connection.execute(update(tables.answers).where(its).values(member=to_key))
        await count_members(self._connection, {from_key, to_key})

    async def counts(self, now: datetime) -> Counts:
        """What is left at `now` of all answers, those to open proposals included. Raises AnswersNotCounted.

        The rows come as one text, and a thread reads it, so that the event loop is not held up by 100,000 rows.
        """
        if (await self._connection.execute(select(tables.uncounted.c.name))).first() is not None:
            raise AnswersNotCounted("The answers of the years before are still being counted. Try again in a minute.")
        counted, silent, answers = tables.answer_counts.c, tables.silence_counts.c, tables.answers.c
        is_open = answers.settled_at.is_(None)
        yes = func.sum(case((answers.reply == Reply.YES, 1), else_=0))
        unsettled = select(answers.kind, answers.member, func.count().label("number"), yes.label("yes"))
        of_open = unsettled.where(is_open).group_by(answers.kind, answers.member).subquery().c
        texts = [
            await self._lines(counted.kind, counted.member, counted.number, counted.weight, counted.yes),
            await self._lines(silent.member, silent.silence),
            await self._lines(of_open.kind, of_open.member, of_open.number, of_open.yes),
        ]
        return await asyncio.to_thread(_counts, texts, now)

    async def _lines(self, *columns: Any) -> str:
        query = select(lines_of(self._connection, *(cast(column, String) for column in columns)))
        return (await self._connection.execute(query)).scalar_one() or ""


async def enter_answers(connection: AsyncConnection, proposal_ids: Collection[str]) -> set[str]:
    """Make the rows of these proposals as they are now; returns the members whose settled answers changed."""
    rows = {(row["proposal_id"], row["side"]): row for row in await read_trials(connection, proposal_ids)}
    known = await _known(connection, proposal_ids)
    gone = [key for key in known if key not in rows]
    new = [row for key, row in rows.items() if key not in known or _differs(row, known[key])]
    columns = tables.answers.c
    for keys in pieces(sorted(gone), _AT_ONCE):
        await connection.execute(delete(tables.answers).where(tuple_(columns.proposal_id, columns.side).in_(keys)))
    insert = inserting(connection, tables.answers)
    upsert = insert.on_conflict_do_update(
        index_elements=["proposal_id", "side"], set_={name: insert.excluded[name] for name in _CHANGING}
    )
    for piece in pieces(new, _AT_ONCE):
        await connection.execute(upsert, piece)
    changed = [known[key] for key in gone] + [row | {"member": _member(row, known)} for row in new]
    before = [known[key] for row in new if (key := (row["proposal_id"], row["side"])) in known]
    return {row["member"] for row in (*changed, *before) if row["settled_at"] is not None}


async def _known(connection: AsyncConnection, proposal_ids: Collection[str]) -> dict[tuple[str, str], Trial]:
    columns, found = tables.answers.c, dict[tuple[str, str], Trial]()
    query = select(*(columns[name] for name in ("proposal_id", "side", "member", *_CHANGING)))
    for piece in pieces(sorted(proposal_ids)):
        for row in (await connection.execute(query.where(columns.proposal_id.in_(piece)))).mappings():
            found[row["proposal_id"], row["side"]] = dict(row)
    return found


def _differs(row: Trial, known: Trial) -> bool:
    return any(row[name] != known[name] for name in _CHANGING)


def _member(row: Trial, known: Mapping[tuple[str, str], Trial]) -> str:
    return str(known.get((row["proposal_id"], row["side"]), row)["member"])


def _counts(texts: list[str], now: datetime) -> Counts:
    settled, silent, of_open = texts
    left = left_at(now, DEFAULT_LEARNING.half_life)
    found = {
        (kind, member): Count(int(number), float(weight) * left, float(yes) * left)
        for kind, member, number, weight, yes in split_lines(settled)
    }
    answering = set[str]()
    for kind, member, number, yes in split_lines(of_open):
        count = Count(int(number), float(number), float(yes))
        found[kind, member] = found[kind, member] + count if (kind, member) in found else count
        answering.add(member)
    return Counts(by_member=found, silences=_silences(split_lines(silent), answering, now))


def _silences(rows: Iterator[list[str]], answering: Collection[str], now: datetime) -> Mapping[str, float]:
    """The silences of members, but of those that have answered an open proposal: an answer ends a silence at once."""
    left = left_at(now, DEFAULT_LEARNING.bench_half_life)
    return {member: float(silence) * left for member, silence in rows if member not in answering}

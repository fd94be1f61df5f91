"""The answers in proposals as rows, and the counts by member, and of settled proposals by day, computed from these
rows.

Invariant: a row is made from the proposal and its mails alone; the same proposal gives the same rows at any time. A
count is never changed by a difference: it is recomputed from all rows of the member or the day, which are some tens, so
that it agrees with them whatever changed them. A transaction counts the proposals that it has noted as the last step
before its commit, and one transaction counts at a time; so each sees the rows of all earlier ones.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.machine.turns import Turns
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.answers.cells import count_cells, midnight, write_records
from isopolity.matching.adapters.sql.answers.reader import read_counts
from isopolity.matching.domain.acceptance import DEFAULT_LEARNING, Counts, Reply, weight_at
from isopolity.matching.domain.member import member_key
from isopolity.matching.domain.proposal import NOT_AGREED, OPEN, Stage
from isopolity.matching.domain.side import Answer
from isopolity.persistence.portable_sql import insert_rows, lock_alone, pieces

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
    days, gone = set[date](), list[Trial]()
    proposals, answers = tables.proposals.c, tables.answers.c
    for piece in pieces(proposal_ids):
        is_it, is_in_it = proposals.proposal_id.in_(piece), answers.proposal_id.in_(piece)
        settled = (await connection.execute(select(proposals.settled_at).where(is_it))).scalars()
        days.update(moment.date() for moment in settled if moment is not None)
        found = await connection.execute(select(answers.member, answers.settled_at).where(is_in_it))
        gone += map(dict, found.mappings())
        await connection.execute(delete(tables.answers).where(is_in_it))
        await connection.execute(delete(tables.proposals).where(is_it))
    await count_members(connection, {row["member"] for row in gone})
    await count_days(connection, days | await write_records(connection, _since(gone)))


async def count_days(connection: AsyncConnection, days: Collection[date]) -> None:
    """Recount what was settled on these days, proposals by stage and answers by cell; the caller must hold
    `counting_alone`.
    """
    columns, counted = tables.proposals.c, tables.settled_counts
    for day in sorted(days):
        start = midnight(day)
        found = select(literal(day, counted.c.day.type), columns.stage, func.count()).where(
            and_(columns.settled_at >= start, columns.settled_at < start + timedelta(days=1))
        )
        await connection.execute(delete(counted).where(counted.c.day == day))
        rows = found.group_by(columns.stage)
        await connection.execute(counted.insert().from_select(("day", "stage", "number"), rows))
        await count_cells(connection, day)


async def proposals_by_stage(connection: AsyncConnection) -> Select[Any]:
    """The query for the number of proposals at each stage."""
    stage, counted = tables.proposals.c.stage, tables.settled_counts.c
    found = select(stage, func.count()).group_by(stage)
    if (await connection.execute(select(tables.uncounted.c.name))).first() is not None:
        return found  # an upgrade whose answers are not all counted yet
    settled = select(counted.stage, func.sum(counted.number)).group_by(counted.stage)
    both = union_all(settled, found.where(stage.in_(OPEN))).subquery()
    return select(both).order_by(both.c.stage)


ANSWERABLE: Final = NOT_AGREED | {Stage.AGREED, Stage.ANSWERED, Stage.SUPERSEDED}
"""The stages in which some side may have answered."""

Trial = dict[str, Any]
"""A row of `answers`."""


async def read_trials(connection: AsyncConnection, proposal_ids: Collection[str]) -> list[Trial]:
    """The rows of these proposals; a side that neither answered nor was silent has no row."""
    found, turns, query = list[Trial](), Turns(), _query()
    for piece in pieces(sorted(proposal_ids)):
        for row in (await connection.execute(query.where(tables.proposals.c.proposal_id.in_(piece)))).all():
            found += _trials(tuple(row))
            await turns.over()
    return found


def _query() -> Select[Any]:
    columns, document = tables.proposals.c, tables.proposals.c.document
    sides = [
        entry
        for number, (side, member_id) in enumerate((("a", columns.a_member_id), ("b", columns.b_member_id)))
        for entry in (
            document[(side, "member_kind")].as_string(),
            member_id,
            document[(side, "answer")].as_string(),
            _could_answer(side),
            document[("cells", number)].as_string(),
        )
    ]
    kind, asked_by = document["kind"].as_string(), document["asked_by"].as_string()
    return select(columns.proposal_id, columns.stage, columns.settled_at, kind, asked_by, *sides).where(
        columns.stage.in_(ANSWERABLE), columns.answer_by.is_not(None)
    )


def _could_answer(side: str) -> ColumnElement[bool]:
    """Whether the side was mailed in time, and did not itself make the proposal lapse."""
    its_mail = (tables.deliveries.c.proposal_id == tables.proposals.c.proposal_id) & (tables.deliveries.c.side == side)
    own_day = tables.proposals.c.a_answer_by if side == "a" else tables.proposals.c.b_answer_by
    until = func.coalesce(own_day, tables.proposals.c.answer_by)  # an older one has no days to answer of its sides
    was_mailed = exists().where(its_mail, tables.deliveries.c.mailed_at < until)
    return was_mailed & (func.coalesce(tables.proposals.c.document["lapsed_by"].as_string(), "") != side)


def _trials(row: tuple[Any, ...]) -> Iterator[Trial]:
    proposal_id, stage, settled_at, kind, asked_by = row[:5]
    for side, (member_kind, member_id, answer, could_answer, cell) in (("a", row[5:10]), ("b", row[10:])):
        if side == asked_by:  # this side asked itself, so it got nothing to answer
            continue
        if answer is not None:
            reply = Reply.YES if answer == Answer.YES else Reply.OTHER
        elif stage in NOT_AGREED and could_answer:  # its time to answer has passed in silence
            reply = Reply.SILENT
        else:
            continue
        is_silence = settled_at is not None and reply is Reply.SILENT
        yield {
            "proposal_id": proposal_id,
            "side": side,
            "kind": kind,
            "member": member_key(member_kind, member_id),
            "reply": int(reply),
            "settled_at": settled_at,
            "weight": None if settled_at is None else weight_at(settled_at, DEFAULT_LEARNING.half_life),
            "silence": weight_at(settled_at, DEFAULT_LEARNING.bench_half_life) if is_silence else None,
            "cell": cell,
            "record": None,
        }


_AT_ONCE: Final = 100
"""The greatest number of keys in one statement."""


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
        """Count the noted proposals and days; other transactions that count wait until this one ends."""
        if self._noted or self._days:
            await counting_alone(self._connection)
            changed = await enter_answers(self._connection, self._noted)
            await count_members(self._connection, changed.members)
            await count_days(self._connection, self._days | changed.days)
            self._noted, self._days = set(), set()

    async def move(self, from_key: str, to_key: str, of: Collection[str] | None = None) -> None:
        """Move answers of one member to another and recount both; see `Answers.move`."""
        await counting_alone(self._connection)
        its, at = tables.answers.c.member == from_key, tables.answers.c.settled_at
        first = (await self._connection.execute(select(func.min(at)).where(its))).scalar_one()
        for piece in [None] if of is None else pieces(sorted(of)):
            which = its if piece is None else and_(its, tables.answers.c.proposal_id.in_(piece))
            await self._connection.execute(update(tables.answers).where(which).values(member=to_key))
        await count_members(self._connection, {from_key, to_key})
        if first is not None:
            await count_days(self._connection, await write_records(self._connection, {from_key: first, to_key: first}))

    async def counts(self, now: datetime, members: Collection[str] | None = None) -> Counts:
        """The counts of all members at `now`, or of some; see `Answers.counts`. Raises AnswersNotCounted."""
        return await read_counts(self._connection, now, members)


class Changed(NamedTuple):
    """The members whose settled answers changed, and the days on which these were settled."""

    members: set[str]
    days: set[date]


async def enter_answers(connection: AsyncConnection, proposal_ids: Collection[str]) -> Changed:
    """Write the rows of these proposals as of now; return what changed.

    An existing row keeps its member, since a merger may have moved it. The caller must hold `counting_alone`.
    """
    known = await _known(connection, proposal_ids)
    rows = {_key(row): row for row in await read_trials(connection, proposal_ids)}
    for key in rows.keys() & known.keys():
        rows[key] |= {name: known[key][name] for name in ("member", "record")}
    gone = [row for key, row in known.items() if rows.get(key) != row]
    new = [row for key, row in rows.items() if known.get(key) != row]
    columns = tables.answers.c
    for keys in pieces([_key(row) for row in gone], _AT_ONCE):
        await connection.execute(delete(tables.answers).where(tuple_(columns.proposal_id, columns.side).in_(keys)))
    if new:
        await insert_rows(connection, tables.answers, new)
    changed = _since((*gone, *new))
    days = {row["settled_at"].date() for row in gone if row["settled_at"] is not None}
    return Changed(set(changed), days | await write_records(connection, changed))


def _since(rows: Iterable[Trial]) -> Mapping[str, datetime]:
    """By member: when the first of its settled answers among these was settled."""
    found = dict[str, datetime]()
    for row in rows:
        if (at := row["settled_at"]) is not None:
            found[row["member"]] = min(at, found.get(row["member"], at))
    return found


async def _known(connection: AsyncConnection, proposal_ids: Collection[str]) -> dict[tuple[str, str], Trial]:
    found = dict[tuple[str, str], Trial]()
    for piece in pieces(sorted(proposal_ids)):
        query = select(tables.answers).where(tables.answers.c.proposal_id.in_(piece))
        for row in (await connection.execute(query)).mappings():
            found[row["proposal_id"], row["side"]] = dict(row)
    return found


def _key(row: Trial) -> tuple[str, str]:
    return row["proposal_id"], row["side"]

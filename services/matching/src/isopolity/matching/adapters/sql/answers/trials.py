"""The answers in proposals, as rows of `answers`: one row for the answer or the silence of a side.

Invariant: a row is made from the proposal and its mails alone; the same proposal gives the same rows at any time.
"""

from collections.abc import Collection, Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.domain.acceptance import DEFAULT_LEARNING, Reply, weight_at
from isopolity.matching.domain.member import member_key
from isopolity.matching.domain.proposal import NOT_AGREED, Answer, Stage
from isopolity.persistence.portable_sql import pieces
from isopolity.turns import Turns

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
        for side, member_id in (("a", columns.a_member_id), ("b", columns.b_member_id))
        for entry in (
            document[(side, "member_kind")].as_string(),
            member_id,
            document[(side, "answer")].as_string(),
            _could_answer(side),
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
    for side, (member_kind, member_id, answer, could_answer) in (("a", row[5:9]), ("b", row[9:])):
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
        }

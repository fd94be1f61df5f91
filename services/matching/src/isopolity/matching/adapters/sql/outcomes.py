"""Outcomes in SQL: how members answered, read from the proposals.

Invariant: only a round reads them.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.domain.acceptance import Outcomes, Reply
from isopolity.matching.domain.member import member_key
from isopolity.matching.domain.proposal import NOT_AGREED, Answer, Stage

_TOLD: Final = NOT_AGREED | {Stage.AGREED, Stage.ANSWERED, Stage.SUPERSEDED}
"""Where some side may have answered."""
_DAY: Final = timedelta(days=1)

Trial = tuple[str, str, Reply, float]


async def read_outcomes(connection: AsyncConnection, now: datetime, since: datetime) -> Outcomes:
    """The outcomes of the proposals settled after `since`, and of those that are answered and still open."""
    rows = (await connection.execute(_query(since))).all()
    trials = [trial for row in rows for trial in _trials(tuple(row), now)]
    return Outcomes(
        kind=[kind for kind, _, _, _ in trials],
        member=[member for _, member, _, _ in trials],
        reply=np.array([reply for _, _, reply, _ in trials], np.int64),
        age=np.array([age for _, _, _, age in trials], np.float64),
    )


def _query(since: datetime) -> Select[Any]:
    columns, document = tables.proposals.c, tables.proposals.c.document
    sides = [
        entry
        for side, member_id in (("a", columns.a_member_id), ("b", columns.b_member_id))
        for entry in (
            document[(side, "member_kind")].as_string(),
            member_id,
            document[(side, "answer")].as_string(),
            _was_mailed(side),
        )
    ]
    return select(columns.stage, columns.settled_at, document["kind"].as_string(), *sides).where(
        columns.stage.in_(_TOLD), or_(columns.settled_at.is_(None), columns.settled_at > since)
    )


def _was_mailed(side: str) -> ColumnElement[bool]:
    its_mail = (tables.deliveries.c.proposal_id == tables.proposals.c.proposal_id) & (tables.deliveries.c.side == side)
    return exists().where(its_mail, tables.deliveries.c.mailed_at < tables.proposals.c.answer_by)


def _trials(row: tuple[Any, ...], now: datetime) -> Iterator[Trial]:
    stage, settled_at, kind = row[:3]
    age = max(0.0, (now - (settled_at or now)) / _DAY)
    for member_kind, member_id, answer, was_mailed in (row[3:7], row[7:]):
        if answer is not None:
            yield kind, member_key(member_kind, member_id), Reply.YES if answer == Answer.YES else Reply.OTHER, age
        elif stage in NOT_AGREED and was_mailed:  # it had its time and said nothing
            yield kind, member_key(member_kind, member_id), Reply.SILENT, age

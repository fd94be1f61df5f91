"""The proposals in SQL: the whole proposal as a document, beside it the columns that queries need.

Each proposal that may hold an answer or is settled is noted when it is written; `answers` counts it before the commit.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, false, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.machine.turns import each_in_turns
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.answers.repository import SqlAnswers
from isopolity.matching.adapters.sql.tables import OPEN_STAGES
from isopolity.matching.application.workflows.published_states import present_order
from isopolity.matching.domain.proposal import FREEZING, OPEN, OUT, Proposal, Stage
from isopolity.persistence.portable_sql import DOCUMENTS, inserting, lines_of, pieces

DOCUMENT: Final = TypeAdapter(Proposal)
_OF_SIDES: Final = ("pair_key", "a_member_id", "b_member_id", "request_id")
"""The columns that change when a side's entry is merged into another one."""
_UNANSWERED: Final = (OPEN - OUT) | {Stage.ISSUED}
"""The stages in which no answer counts and which are not settled."""


class SqlProposalRepository:
    """A ProposalRepository on one connection."""

    def __init__(self, connection: AsyncConnection, answers: SqlAnswers) -> None:
        self._connection = connection
        self._answers = answers

    async def get(self, proposal_id: str) -> Proposal | None:
        found = await self.find([proposal_id])
        return found[0] if found else None

    async def find(self, proposal_ids: Collection[str]) -> Sequence[Proposal]:
        columns, found = tables.proposals.c, list[Proposal]()
        for piece in pieces(sorted(set(proposal_ids)), DOCUMENTS):
            found += await self._locked(_documents().where(columns.proposal_id.in_(piece)))
        return found

    async def add(self, proposals: Sequence[Proposal]) -> Collection[str]:
        columns, added = tables.proposals.c, set[str]()
        for piece in pieces(sorted(proposals, key=lambda proposal: proposal.pair_key), DOCUMENTS):
            insert = inserting(self._connection, tables.proposals)
            statement = insert.on_conflict_do_nothing(
                index_elements=[columns.pair_key], index_where=text(OPEN_STAGES)
            ).returning(columns.proposal_id)
            rows = await each_in_turns(_values, piece)
            added.update((await self._connection.execute(statement, rows)).scalars())
        self._note([proposal for proposal in proposals if proposal.proposal_id in added])
        return added

    async def save(self, proposals: Sequence[Proposal]) -> None:
        dates = ("out_at", "answer_by", "a_answer_by", "b_answer_by", "settled_at")
        names = (*_OF_SIDES, "version", "stage", *dates, "document")
        statement = (
            update(tables.proposals)
            .where(tables.proposals.c.proposal_id == bindparam("its_id"))
            .values({name: bindparam(name) for name in names})
        )
        for piece in pieces(proposals, DOCUMENTS):
            values = await each_in_turns(_values, piece)
            rows = [{name: row[name] for name in names} | {"its_id": row["proposal_id"]} for row in values]
            await self._connection.execute(statement, rows)
        self._note(proposals)

    async def open_of(
        self, *, member_id: str | None = None, pair_key: str | None = None, request_id: str | None = None
    ) -> Sequence[Proposal]:
        columns = tables.proposals.c
        query = _documents().where(columns.stage.in_(OPEN))
        if member_id is not None:
            query = query.where(or_(columns.a_member_id == member_id, columns.b_member_id == member_id))
        if pair_key is not None:
            query = query.where(columns.pair_key == pair_key)
        if request_id is not None:
            query = query.where(columns.request_id == request_id)
        return await self._locked(query)

    async def settled_of(self, member_id: str) -> Sequence[Proposal]:
        columns = tables.proposals.c
        is_its = or_(columns.a_member_id == member_id, columns.b_member_id == member_id)
        was_sent = or_(columns.out_at.is_(None), columns.answer_by.is_not(None))
        return await self._locked(_documents().where(columns.stage.not_in(OPEN), is_its, was_sent))

    async def held(self, round_id: str | None = None) -> Sequence[str]:
        query = select(tables.proposals.c.proposal_id).where(tables.proposals.c.stage == Stage.HELD)
        if round_id is not None:
            query = query.where(tables.proposals.c.round_id == round_id)
        return (await self._connection.execute(query)).scalars().all()

    async def out_of_round(self, round_id: str) -> Sequence[str]:
        columns = tables.proposals.c
        query = select(columns.proposal_id).where(columns.round_id == round_id, columns.stage.in_(OUT))
        return (await self._connection.execute(query)).scalars().all()

    async def scheduled(self) -> Sequence[Proposal]:
        return await self._locked(_documents().where(tables.proposals.c.stage == Stage.SCHEDULED))

    async def unsent(self, round_id: str) -> Sequence[Proposal]:
        columns = tables.proposals.c
        was_scheduled, is_unsent = columns.out_at.is_not(None), columns.answer_by.is_(None)
        return await self._locked(_documents().where(columns.round_id == round_id, was_scheduled, is_unsent))

    async def due_out(self, now: datetime, limit: int) -> Sequence[Proposal]:
        columns = tables.proposals.c
        query = _documents().where(columns.stage == Stage.SCHEDULED, columns.out_at <= now).limit(limit)
        return await self._locked(query, skip_locked=True)

    async def remove(self, proposal_ids: Collection[str]) -> None:
        columns = tables.proposals.c
        for piece in pieces(sorted(proposal_ids)):
            is_it = columns.proposal_id.in_(piece)
            settled = (await self._connection.execute(select(columns.settled_at).where(is_it))).scalars()
            self._answers.note(piece, settled)
            await self._connection.execute(delete(tables.proposals).where(is_it))

    async def due(self, now: datetime, limit: int, but: Collection[str] = ()) -> Sequence[Proposal]:
        columns = tables.proposals.c
        query = _documents().where(columns.stage.in_(OUT), columns.answer_by <= now).limit(limit)
        for piece in pieces(sorted(but)):
            query = query.where(columns.proposal_id.not_in(piece))
        return await self._locked(query, skip_locked=True)

    async def closed_pairs(self, settled_after: datetime, member_ids: Collection[str] | None = None) -> Collection[str]:
        columns = tables.proposals.c
        if member_ids is None:
            return await self._all_closed(settled_after)
        query, found = select(columns.pair_key).where(closes(settled_after)), set[str]()
        for piece in pieces(sorted(set(member_ids))):
            is_theirs = or_(columns.a_member_id.in_(piece), columns.b_member_id.in_(piece))
            found.update((await self._connection.execute(query.where(is_theirs))).scalars())
        return found

    async def _all_closed(self, settled_after: datetime) -> Collection[str]:
        """The closed pairs of all members; each half is read by its own index, as a text that a thread parses."""
        columns, found = tables.proposals.c, set[str]()
        settled = columns.stage.in_(FREEZING) & (columns.settled_at > settled_after)
        for condition in (text(OPEN_STAGES), settled):
            query = select(lines_of(self._connection, columns.pair_key)).where(condition)
            lines = (await self._connection.execute(query)).scalar_one()
            await asyncio.to_thread(_add_lines, found, lines)
        return found

    async def told(self, member_id: str, pair_key: str) -> Sequence[Proposal]:
        columns = tables.proposals.c
        query = _documents().where(columns.pair_key == pair_key, was_told_to(member_id)).order_by(columns.proposal_id)
        found = await self._connection.execute(query)
        return await each_in_turns(DOCUMENT.validate_python, found.scalars())

    def _note(self, proposals: Sequence[Proposal]) -> None:
        """Note the settled proposals, and those that a side may have answered, so that they are counted."""
        found = [proposal for proposal in proposals if proposal.stage not in _UNANSWERED]
        self._answers.note((proposal.proposal_id for proposal in found), (proposal.settled_at for proposal in found))

    async def _locked(self, query: Select[Any], *, skip_locked: bool = False) -> list[Proposal]:
        ordered = query.order_by(tables.proposals.c.proposal_id).with_for_update(skip_locked=skip_locked)
        found = await self._connection.execute(ordered)
        return await each_in_turns(DOCUMENT.validate_python, found.scalars())


def closes(settled_after: datetime) -> ColumnElement[bool]:
    """The condition that a proposal is open, or was settled since that moment by answers, silence or staff."""
    columns = tables.proposals.c
    return or_(columns.stage.in_(OPEN), columns.stage.in_(FREEZING) & (columns.settled_at > settled_after))


def asked_by(member_id: str) -> ColumnElement[bool]:
    """The condition that the member asked for a proposal which is not agreed, so that it does not know of it."""
    columns = tables.proposals.c
    side = columns.document["asked_by"].as_string()
    is_its = or_((side == "a") & (columns.a_member_id == member_id), (side == "b") & (columns.b_member_id == member_id))
    return and_(func.coalesce(is_its, false()), columns.stage != Stage.AGREED)


def was_told_to(member_id: str) -> ColumnElement[bool]:
    """The condition that the member is part of a proposal and has heard of it."""
    columns = tables.proposals.c
    is_its = or_(columns.a_member_id == member_id, columns.b_member_id == member_id)
    return and_(is_its, columns.answer_by.is_not(None), ~asked_by(member_id))


def shows_to(member_id: str) -> ColumnElement[bool]:
    """The condition that a proposal closes a pair as the member sees it.

    Left out are proposals of its own interests, and those of others' interests before they are sent.
    """
    columns = tables.proposals.c
    is_plain = columns.document["asked_by"].as_string().is_(None) | columns.round_id.is_not(None)
    return and_(or_(is_plain, columns.answer_by.is_not(None)), ~asked_by(member_id))


def _add_lines(found: set[str], lines: str | None) -> None:
    found.update(lines.split("\n") if lines else ())


def _documents() -> Select[Any]:
    return select(tables.proposals.c.document)


def _values(proposal: Proposal) -> dict[str, Any]:
    """The row of a proposal; its order is the current task's, or else the one of its last change."""
    proposal = replace(proposal, ordered_by=present_order() or proposal.ordered_by)
    return {
        "proposal_id": proposal.proposal_id,
        "version": proposal.version,
        "stage": proposal.stage,
        "pair_key": proposal.pair_key,
        "a_member_id": proposal.a.member_id,
        "b_member_id": proposal.b.member_id,
        "request_id": proposal.b.request_id,
        "round_id": proposal.round_id,
        "score": proposal.score,
        "out_at": proposal.out_at,
        "answer_by": proposal.answer_by,
        "a_answer_by": proposal.a.answer_by,
        "b_answer_by": proposal.b.answer_by,
        "settled_at": proposal.settled_at,
        "document": DOCUMENT.dump_python(proposal, mode="json"),
    }

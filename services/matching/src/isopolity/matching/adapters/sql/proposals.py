"""The proposals in SQL: the whole proposal as a document, beside it the columns that queries need.

Each proposal that may hold an answer or is settled is noted when it is written; `answers` counts it before the commit.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, and_, delete, false, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.machine.turns import each_in_turns
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.answers.counts import SqlAnswers
from isopolity.matching.adapters.sql.documents import Documents, OnConnection
from isopolity.matching.adapters.sql.reservations import pairs_of_ended
from isopolity.matching.adapters.sql.tables import OPEN_STAGES
from isopolity.matching.application.workflows.published_states import present_order
from isopolity.matching.domain.legal_acts import LegalActs
from isopolity.matching.domain.proposal import FREEZING, OPEN, OUT, Proposal, Stage
from isopolity.persistence.portable_sql import DOCUMENTS, inserting, lines_of, pieces

DOCUMENT: Final = TypeAdapter(Proposal)
_PROPOSAL: Final = tables.proposals.c
_SAME: Final = ("proposal_id", "version", "stage", "pair_key", "round_id", "score", "out_at", "answer_by", "settled_at")
"""Columns whose values are fields of the proposal."""
_CHANGING: Final = [each.name for each in _PROPOSAL if each.name not in ("proposal_id", "round_id", "score")]
"""Columns that may change; those of its sides do when an entry is merged into another one."""
_UNANSWERED: Final = (OPEN - OUT) | {Stage.ISSUED}
"""The stages in which no answer counts and which are not settled."""


class SqlProposalRepository(OnConnection):
    """A ProposalRepository on one connection."""

    def __init__(self, connection: AsyncConnection, answers: SqlAnswers) -> None:
        super().__init__(connection)
        self._answers = answers

    async def get(self, proposal_id: str) -> Proposal | None:
        found = await self.find([proposal_id])
        return found[0] if found else None

    async def find(self, proposal_ids: Collection[str]) -> Sequence[Proposal]:
        return await PROPOSALS.find(self._connection, proposal_ids)

    async def add(self, proposals: Sequence[Proposal]) -> Collection[str]:
        added = set[str]()
        for piece in pieces(sorted(proposals, key=lambda proposal: proposal.pair_key), DOCUMENTS):
            insert = inserting(self._connection, tables.proposals)
            statement = insert.on_conflict_do_nothing(
                index_elements=[_PROPOSAL.pair_key], index_where=text(OPEN_STAGES)
            ).returning(_PROPOSAL.proposal_id)
            rows = await each_in_turns(_row, piece)
            added.update((await self._connection.execute(statement, rows)).scalars())
        self._note([proposal for proposal in proposals if proposal.proposal_id in added])
        return added

    async def save(self, proposals: Sequence[Proposal]) -> None:
        await PROPOSALS.save(self._connection, proposals, _CHANGING)
        self._note(proposals)

    async def open_of(
        self, *, member_id: str | None = None, pair_key: str | None = None, request_id: str | None = None
    ) -> Sequence[Proposal]:
        wanted: list[ColumnElement[bool]] = [_PROPOSAL.stage.in_(OPEN)]
        if member_id is not None:
            wanted.append(proposal_of(member_id))
        if pair_key is not None:
            wanted.append(_PROPOSAL.pair_key == pair_key)
        if request_id is not None:
            wanted.append(_PROPOSAL.request_id == request_id)
        return await self._locked(*wanted)

    async def settled_of(self, member_id: str) -> Sequence[Proposal]:
        was_sent = or_(_PROPOSAL.out_at.is_(None), _PROPOSAL.answer_by.is_not(None))
        return await self._locked(_PROPOSAL.stage.not_in(OPEN), proposal_of(member_id), was_sent)

    async def held(self, round_id: str | None = None) -> Sequence[str]:
        query = select(_PROPOSAL.proposal_id).where(_PROPOSAL.stage == Stage.HELD)
        if round_id is not None:
            query = query.where(_PROPOSAL.round_id == round_id)
        return (await self._connection.execute(query)).scalars().all()

    async def out_of_round(self, round_id: str) -> Sequence[str]:
        query = select(_PROPOSAL.proposal_id).where(_PROPOSAL.round_id == round_id, _PROPOSAL.stage.in_(OUT))
        return (await self._connection.execute(query)).scalars().all()

    async def scheduled(self) -> Sequence[Proposal]:
        return await self._locked(_PROPOSAL.stage == Stage.SCHEDULED)

    async def unsent(self, round_id: str) -> Sequence[Proposal]:
        was_scheduled, is_unsent = _PROPOSAL.out_at.is_not(None), _PROPOSAL.answer_by.is_(None)
        return await self._locked(_PROPOSAL.round_id == round_id, was_scheduled, is_unsent)

    async def due_out(self, now: datetime, limit: int) -> Sequence[Proposal]:
        query = PROPOSALS.select(_PROPOSAL.stage == Stage.SCHEDULED, _PROPOSAL.out_at <= now).limit(limit)
        return await PROPOSALS.lock(self._connection, query, skip_locked=True)

    async def remove(self, proposal_ids: Collection[str]) -> None:
        for piece in pieces(sorted(proposal_ids)):
            is_it = _PROPOSAL.proposal_id.in_(piece)
            settled = (await self._connection.execute(select(_PROPOSAL.settled_at).where(is_it))).scalars()
            self._answers.note(piece, settled)
            await self._connection.execute(delete(tables.proposals).where(is_it))

    async def due(self, now: datetime, limit: int, but: Collection[str] = ()) -> Sequence[Proposal]:
        query = PROPOSALS.select(_PROPOSAL.stage.in_(OUT), _PROPOSAL.answer_by <= now).limit(limit)
        for piece in pieces(sorted(but)):
            query = query.where(_PROPOSAL.proposal_id.not_in(piece))
        return await PROPOSALS.lock(self._connection, query, skip_locked=True)

    async def closed_pairs(self, settled_after: datetime, member_ids: Collection[str] | None = None) -> Collection[str]:
        found = await pairs_of_ended(self._connection, settled_after, member_ids)
        if member_ids is None:
            return found | await self._all_closed(settled_after)
        query = select(_PROPOSAL.pair_key).where(closes(settled_after))
        for piece in pieces(sorted(set(member_ids))):
            is_theirs = or_(_PROPOSAL.a_member_id.in_(piece), _PROPOSAL.b_member_id.in_(piece))
            found.update((await self._connection.execute(query.where(is_theirs))).scalars())
        return found

    async def _all_closed(self, settled_after: datetime) -> set[str]:
        """The pairs that a proposal closes; each half is read by its own index, as a text that a thread parses."""
        found = set[str]()
        settled = _PROPOSAL.stage.in_(FREEZING) & (_PROPOSAL.settled_at > settled_after)
        for condition in (text(OPEN_STAGES), settled):
            query = select(lines_of(self._connection, _PROPOSAL.pair_key)).where(condition)
            lines = (await self._connection.execute(query)).scalar_one()
            await asyncio.to_thread(_add_lines, found, lines)
        return found

    async def known_to(self, member_id: str, pair_key: str) -> Sequence[Proposal]:
        query = PROPOSALS.select(_PROPOSAL.pair_key == pair_key, is_known_to(member_id))
        return await PROPOSALS.read(self._connection, query)

    def _note(self, proposals: Sequence[Proposal]) -> None:
        """Note the settled proposals, and those that a side may have answered, so that they are counted."""
        found = [proposal for proposal in proposals if proposal.stage not in _UNANSWERED]
        self._answers.note((proposal.proposal_id for proposal in found), (proposal.settled_at for proposal in found))

    async def _locked(self, *conditions: ColumnElement[bool]) -> list[Proposal]:
        return await PROPOSALS.lock(self._connection, PROPOSALS.select(*conditions))


def proposal_of(member_id: str) -> ColumnElement[bool]:
    """The condition that the member is a side of a proposal."""
    return or_(_PROPOSAL.a_member_id == member_id, _PROPOSAL.b_member_id == member_id)


def closes(settled_after: datetime) -> ColumnElement[bool]:
    """The condition that a proposal is open, or was settled since that moment by answers, silence or staff."""
    return or_(_PROPOSAL.stage.in_(OPEN), _PROPOSAL.stage.in_(FREEZING) & (_PROPOSAL.settled_at > settled_after))


def asked_by(member_id: str) -> ColumnElement[bool]:
    """The condition that the member asked for a proposal which is not agreed, so that it does not know of it."""
    side = _PROPOSAL.document["asked_by"].as_string()
    ends = (("a", _PROPOSAL.a_member_id), ("b", _PROPOSAL.b_member_id))
    is_its = or_(*((side == name) & (column == member_id) for name, column in ends))
    return and_(func.coalesce(is_its, false()), _PROPOSAL.stage != Stage.AGREED)


NO_ANSWER: Final = "none"
"""In place of the answer of a side that has given none."""


def answer_of(side: str) -> ColumnElement[str | None]:
    """The answer of a side, `a` or `b`; null if it has given none."""
    answer: ColumnElement[str | None] = _PROPOSAL.document[side]["answer"].as_string()
    return answer


def is_answered(answer: str) -> ColumnElement[bool]:
    """The condition that a side has given this answer; with NO_ANSWER that a side has given none."""
    given = (answer_of(side) for side in ("a", "b"))
    return or_(*(each.is_(None) if answer == NO_ANSWER else each == answer for each in given))


def is_kept_apart(acts: LegalActs) -> ColumnElement[bool]:
    """The condition that any of the acts keeps the two sides of a proposal apart, whatever its stage."""
    a, b = (_PROPOSAL.document[side]["country"].as_string() for side in ("a", "b"))
    kind = _PROPOSAL.document["kind"].as_string()
    ways = (
        and_(kind.in_(sorted(act.kinds)), a.in_(sorted(one)), b.in_(sorted(other)))
        for act in acts.acts
        for one, other in ((act.one_side, act.other_side), (act.other_side, act.one_side))
    )
    return or_(false(), *ways)


def is_known_to(member_id: str) -> ColumnElement[bool]:
    """The condition that the member is part of a proposal and has heard of it."""
    return and_(proposal_of(member_id), _PROPOSAL.answer_by.is_not(None), ~asked_by(member_id))


def shows_to(member_id: str) -> ColumnElement[bool]:
    """The condition that a proposal closes a pair as the member sees it.

    Left out are proposals of its own interests, and those of others' interests before they are sent.
    """
    is_plain = _PROPOSAL.document["asked_by"].as_string().is_(None) | _PROPOSAL.round_id.is_not(None)
    return and_(or_(is_plain, _PROPOSAL.answer_by.is_not(None)), ~asked_by(member_id))


def _add_lines(found: set[str], lines: str | None) -> None:
    found.update(lines.split("\n") if lines else ())


def _row(proposal: Proposal) -> dict[str, Any]:
    """The row of a proposal; its order is the current task's, or else the one of its last change."""
    proposal = replace(proposal, ordered_by=present_order() or proposal.ordered_by)
    return {name: getattr(proposal, name) for name in _SAME} | {
        "a_member_id": proposal.a.member_id,
        "b_member_id": proposal.b.member_id,
        "request_id": proposal.b.request_id,
        "a_answer_by": proposal.a.answer_by,
        "b_answer_by": proposal.b.answer_by,
        "document": DOCUMENT.dump_python(proposal, mode="json"),
    }


PROPOSALS: Final = Documents(DOCUMENT, tables.proposals, _row)

"""The proposals in SQL: the whole proposal as a document, beside it the columns that queries need."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Select, bindparam, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.outcomes import read_outcomes
from isopolity.matching.domain.acceptance import Outcomes
from isopolity.matching.domain.proposal import FREEZING, OPEN, OUT, Proposal, Stage
from isopolity.persistence.portable_sql import DOCUMENTS, inserting, pieces
from isopolity.turns import each_in_turns

DOCUMENT: Final = TypeAdapter(Proposal)


class SqlProposalRepository:
    """A ProposalRepository on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

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
                index_elements=[columns.pair_key], index_where=text(tables.OPEN_STAGES)
            ).returning(columns.proposal_id)
            rows = await each_in_turns(_values, piece)
            added.update((await self._connection.execute(statement, rows)).scalars())
        return added

    async def save(self, proposals: Sequence[Proposal]) -> None:
        names = ("version", "stage", "answer_by", "settled_at", "document")
        statement = (
            update(tables.proposals)
            .where(tables.proposals.c.proposal_id == bindparam("its_id"))
            .values({name: bindparam(name) for name in names})
        )
        for piece in pieces(proposals, DOCUMENTS):
            values = await each_in_turns(_values, piece)
            rows = [{name: row[name] for name in names} | {"its_id": row["proposal_id"]} for row in values]
            await self._connection.execute(statement, rows)

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

    async def held(self, round_id: str | None = None) -> Sequence[str]:
        query = select(tables.proposals.c.proposal_id).where(tables.proposals.c.stage == Stage.HELD)
        if round_id is not None:
            query = query.where(tables.proposals.c.round_id == round_id)
        return (await self._connection.execute(query)).scalars().all()

    async def due(self, now: datetime, limit: int) -> Sequence[Proposal]:
        columns = tables.proposals.c
        query = _documents().where(columns.stage.in_(OUT), columns.answer_by <= now).limit(limit)
        return await self._locked(query, skip_locked=True)

    async def closed_pairs(self, settled_after: datetime, member_ids: Collection[str] | None = None) -> Collection[str]:
        columns = tables.proposals.c
        recently = columns.stage.in_(FREEZING) & (columns.settled_at > settled_after)
        query = select(columns.pair_key).where(or_(columns.stage.in_(OPEN), recently))
        if member_ids is None:
            return set((await self._connection.execute(query)).scalars())
        found = set[str]()
        for piece in pieces(sorted(set(member_ids))):
            is_theirs = or_(columns.a_member_id.in_(piece), columns.b_member_id.in_(piece))
            found.update((await self._connection.execute(query.where(is_theirs))).scalars())
        return found

    async def outcomes(self, now: datetime, since: datetime) -> Outcomes:
        return await read_outcomes(self._connection, now, since)

    async def _locked(self, query: Select[Any], *, skip_locked: bool = False) -> list[Proposal]:
        ordered = query.order_by(tables.proposals.c.proposal_id).with_for_update(skip_locked=skip_locked)
        found = await self._connection.execute(ordered)
        return await each_in_turns(DOCUMENT.validate_python, found.scalars())


def _documents() -> Select[Any]:
    return select(tables.proposals.c.document)


def _values(proposal: Proposal) -> dict[str, Any]:
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
        "answer_by": proposal.answer_by,
        "settled_at": proposal.settled_at,
        "document": DOCUMENT.dump_python(proposal, mode="json"),
    }

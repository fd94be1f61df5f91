"""Projections of proposals, ended partnerships and ended interests, and the answers, in notify's database.

Invariants: a proposal never goes back to an older version; no answer follows a final one. An end that is stored never
changes: if two transactions add the same one, the second waits for the first and adds nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, Final, Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Row, Table, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.contracts.answers import FINAL, Choice
from isopolity.contracts.matching import OPEN_STAGES
from isopolity.notify.adapters.sql import tables
from isopolity.notify.adapters.sql.members import note_answer_day, put_sides
from isopolity.notify.domain.mail import Purpose
from isopolity.notify.domain.proposal import Answer, EndedInterest, EndedPartnership, Proposal
from isopolity.persistence.portable_sql import inserting, pieces

Document = TypeVar("Document", Proposal, EndedPartnership, EndedInterest)
_ANSWER_NAMES = tuple(field.name for field in fields(Answer))
_ANSWER_COLUMNS = [tables.answers.c[name] for name in _ANSWER_NAMES]


def _upsert(dialect: Any) -> Any:
    statement = dialect.insert(tables.proposals)
    newer = {name: statement.excluded[name] for name in ("version", "stage", "document")}
    return statement.on_conflict_do_update(
        index_elements=["proposal_id"], set_=newer, where=tables.proposals.c.version < statement.excluded.version
    )


_UPSERT: Final = {"postgresql": _upsert(postgresql), "sqlite": _upsert(sqlite)}


class _Documents(Generic[Document]):
    """The documents of one table, read in one transaction."""

    table: Table
    key: str
    kind: TypeAdapter[Document]

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, ids: Sequence[str]) -> Mapping[str, Document]:
        key, found = self.table.c[self.key], dict[str, Document]()
        for piece in pieces(ids):
            query = select(key, self.table.c.document).where(key.in_(piece))
            rows = await self._connection.execute(query)
            found |= {known: self._from_document(document) for known, document in rows}
        return found

    def _from_document(self, document: dict[str, Any]) -> Document:
        return self.kind.validate_python(document)


class SqlProposalRepository(_Documents[Proposal]):
    """Proposals, read and written in one transaction."""

    table, key, kind = tables.proposals, "proposal_id", TypeAdapter(Proposal)

    async def put(self, proposal: Proposal) -> bool:
        row = {
            "proposal_id": proposal.proposal_id,
            "version": proposal.version,
            "stage": proposal.stage,
            "document": self.kind.dump_python(proposal, mode="json", exclude={"settled"}),  # the stage says it
        }
        result = await self._connection.execute(_UPSERT[self._connection.dialect.name], row)
        if result.rowcount == 1:
            await put_sides(self._connection, proposal)
        return result.rowcount == 1

    def _from_document(self, document: dict[str, Any]) -> Proposal:
        return self.kind.validate_python({**document, "settled": document["stage"] not in OPEN_STAGES})


class _Ends(_Documents[Document]):
    """Ends, each with its time in the column `since`; the one that was stored first stays."""

    since: str

    async def add(self, end: Document) -> bool:
        row = {name: getattr(end, name) for name in (self.key, self.since)}
        row["document"] = self.kind.dump_python(end, mode="json")
        statement = inserting(self._connection, self.table).values(row).on_conflict_do_nothing()
        return (await self._connection.execute(statement)).rowcount == 1


class SqlPartnershipRepository(_Ends[EndedPartnership]):
    """Ended partnerships, by the proposal that led to them."""

    table, key, since, kind = tables.partnerships, "proposal_id", "ended_at", TypeAdapter(EndedPartnership)


class SqlInterestRepository(_Ends[EndedInterest]):
    """Ended interests that led to no agreement."""

    table, key, since, kind = tables.interests, "interest_id", "hear_by", TypeAdapter(EndedInterest)


class SqlAnswerBook:
    """Answers, read and written in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, proposal_id: str, side: str) -> Answer | None:
        query = select(*_ANSWER_COLUMNS).where(
            tables.answers.c.proposal_id == proposal_id, tables.answers.c.side == side
        )
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else to_answer(row)

    async def of_proposals(self, proposal_ids: Sequence[str]) -> Mapping[tuple[str, str], Answer]:
        found = list[Answer]()
        for piece in pieces(proposal_ids):
            query = select(*_ANSWER_COLUMNS).where(tables.answers.c.proposal_id.in_(piece))
            found += [to_answer(row) for row in await self._connection.execute(query)]
        return {(answer.proposal_id, answer.side): answer for answer in found}

    async def record(self, answer: Answer) -> bool:
        statement = inserting(self._connection, tables.answers).values(asdict(answer))
        keys = ["proposal_id", "side"]
        result = await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=keys,
                set_={name: statement.excluded[name] for name in _ANSWER_NAMES if name not in keys},
                where=tables.answers.c.choice.not_in(sorted(FINAL)),
            )
        )
        if result.rowcount == 1:
            await note_answer_day(self._connection, answer)
        return result.rowcount == 1

    async def forget_words(self, contact_id: str) -> None:
        written = exists().where(
            tables.mails.c.contact_id == contact_id,
            tables.mails.c.occasion_id == tables.answers.c.proposal_id,
            tables.mails.c.side == tables.answers.c.side,
            tables.mails.c.purpose == Purpose.PROPOSAL,  # the mail that brought the answer link
        )
        await self._connection.execute(update(tables.answers).where(written).values(reason=None))


def to_answer(row: Row[Any]) -> Answer:
    """The answer in a row that holds its columns."""
    values: dict[str, Any] = {name: row._mapping[name] for name in _ANSWER_NAMES}
    return Answer(**{**values, "choice": Choice(row.choice)})

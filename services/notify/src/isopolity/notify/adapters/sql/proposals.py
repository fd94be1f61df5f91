"""Projections of proposals, ended partnerships and ended interests, and the answers, in notify's database.

Invariants: a proposal never goes back to an older version; no answer follows a final one. An end that is stored never
changes: if two transactions add the same one, the second waits for the first and adds nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Row, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.contracts.matching import OPEN_STAGES
from isopolity.notify.adapters.sql import tables
from isopolity.notify.domain.mail import Purpose
from isopolity.notify.domain.proposal import FINAL, Answer, Choice, EndedInterest, EndedPartnership, Proposal
from isopolity.persistence.portable_sql import inserting, pieces

_DOCUMENT: Final = TypeAdapter(Proposal)
_ANSWER_NAMES = tuple(field.name for field in fields(Answer))
_ANSWER_COLUMNS = [tables.answers.c[name] for name in _ANSWER_NAMES]


def _upsert(dialect: Any) -> Any:
    statement = dialect.insert(tables.proposals)
    newer = {name: statement.excluded[name] for name in ("version", "stage", "document")}
    return statement.on_conflict_do_update(
        index_elements=["proposal_id"], set_=newer, where=tables.proposals.c.version < statement.excluded.version
    )


_UPSERT: Final = {"postgresql": _upsert(postgresql), "sqlite": _upsert(sqlite)}


class SqlProposalRepository:
    """Proposals, read and written in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, proposal_ids: Sequence[str]) -> Mapping[str, Proposal]:
        columns, found = tables.proposals.c, dict[str, Proposal]()
        for piece in pieces(proposal_ids):
            query = select(columns.proposal_id, columns.document).where(columns.proposal_id.in_(piece))
            found |= {row.proposal_id: _from_document(row.document) for row in await self._connection.execute(query)}
        return found

    async def put(self, proposal: Proposal) -> bool:
        row = {
            "proposal_id": proposal.proposal_id,
            "version": proposal.version,
            "stage": proposal.stage,
            "document": _to_document(proposal),
        }
        result = await self._connection.execute(_UPSERT[self._connection.dialect.name], row)
        return result.rowcount == 1


def _to_document(proposal: Proposal) -> dict[str, Any]:
    document: dict[str, Any] = _DOCUMENT.dump_python(proposal, mode="json", exclude={"settled"})  # the stage says it
    return document


def _from_document(document: dict[str, Any]) -> Proposal:
    return _DOCUMENT.validate_python({**document, "settled": document["stage"] not in OPEN_STAGES})


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


_PARTNERSHIP: Final = TypeAdapter(EndedPartnership)


class SqlPartnershipRepository:
    """Ended partnerships, read and written in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, partnership: EndedPartnership) -> bool:
        row = {
            "proposal_id": partnership.proposal_id,
            "ended_at": partnership.ended_at,
            "document": _PARTNERSHIP.dump_python(partnership, mode="json"),
        }
        statement = inserting(self._connection, tables.partnerships).values(row).on_conflict_do_nothing()
        return (await self._connection.execute(statement)).rowcount == 1

    async def get(self, proposal_ids: Sequence[str]) -> Mapping[str, EndedPartnership]:
        columns, found = tables.partnerships.c, dict[str, EndedPartnership]()
        for piece in pieces(proposal_ids):
            query = select(columns.proposal_id, columns.document).where(columns.proposal_id.in_(piece))
            rows = await self._connection.execute(query)
            found |= {row.proposal_id: _PARTNERSHIP.validate_python(row.document) for row in rows}
        return found


_INTEREST: Final = TypeAdapter(EndedInterest)


class SqlInterestRepository:
    """Ended interests, read and written in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, interest: EndedInterest) -> bool:
        row = {
            "interest_id": interest.interest_id,
            "hear_by": interest.hear_by,
            "document": _INTEREST.dump_python(interest, mode="json"),
        }
        statement = inserting(self._connection, tables.interests).values(row).on_conflict_do_nothing()
        return (await self._connection.execute(statement)).rowcount == 1

    async def get(self, interest_ids: Sequence[str]) -> Mapping[str, EndedInterest]:
        columns, found = tables.interests.c, dict[str, EndedInterest]()
        for piece in pieces(interest_ids):
            query = select(columns.interest_id, columns.document).where(columns.interest_id.in_(piece))
            rows = await self._connection.execute(query)
            found |= {row.interest_id: _INTEREST.validate_python(row.document) for row in rows}
        return found

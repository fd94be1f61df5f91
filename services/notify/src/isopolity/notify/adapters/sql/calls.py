"""Answers by telephone in notify's database: the last one of each side.

Invariant: an entry replaces the one that it was made after, and no other; so of two at once one is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, exists, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.contracts.answers import Choice
from isopolity.notify.adapters.sql import tables
from isopolity.notify.adapters.sql.proposals import SqlProposalRepository
from isopolity.notify.domain.mail import Purpose
from isopolity.notify.domain.proposal import Proposal
from isopolity.notify.domain.telephone import TelephoneAnswer
from isopolity.persistence.portable_sql import inserting

_NAMES: Final = tuple(field.name for field in fields(TelephoneAnswer))
_COLUMNS: Final = [tables.telephone_answers.c[name] for name in _NAMES]
NAMELESS: Final[dict[str, Any]] = {"given_by": None, "taken_by": None}
"""The values of a row without names of people."""


class SqlTelephoneAnswers:
    """Answers by telephone, read and written in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, call_id: str) -> TelephoneAnswer | None:
        return await self._one(tables.telephone_answers.c.call_id == call_id)

    async def of_side(self, proposal_id: str, side: str) -> TelephoneAnswer | None:
        columns = tables.telephone_answers.c
        return await self._one((columns.proposal_id == proposal_id) & (columns.side == side))

    async def of_member(self, member_id: str) -> Sequence[TelephoneAnswer]:
        columns = tables.telephone_answers.c
        query = select(*_COLUMNS).where(columns.member_id == member_id).order_by(columns.call_id)
        return [_to_answer(row) for row in await self._connection.execute(query)]

    async def put(self, call: TelephoneAnswer, after: TelephoneAnswer | None) -> bool:
        row, table = asdict(call), tables.telephone_answers
        if after is None:
            statement: Any = inserting(self._connection, table).values(row).on_conflict_do_nothing()
        else:
            statement = update(table).where(table.c.call_id == after.call_id).values(row)
        return (await self._connection.execute(statement)).rowcount == 1

    async def forget_names(self, contact_id: str, name: str | None) -> None:
        table, mails = tables.telephone_answers, tables.mails
        its_mail = exists().where(
            mails.c.contact_id == contact_id,
            mails.c.occasion_id == table.c.call_id,
            mails.c.purpose == Purpose.TELEPHONE,
        )
        named = table.c.given_by == name if name is not None else false()
        await self._connection.execute(update(table).where(or_(its_mail, named)).values(given_by=None))

    async def _one(self, condition: ColumnElement[bool]) -> TelephoneAnswer | None:
        row = (await self._connection.execute(select(*_COLUMNS).where(condition))).one_or_none()
        return None if row is None else _to_answer(row)


async def proposals_of_calls(call_ids: Sequence[str], connection: AsyncConnection) -> Mapping[str, Proposal]:
    """The proposals that these answers by telephone are about, by the id of the call; unknown ones are left out."""
    if not call_ids:
        return {}
    columns = tables.telephone_answers.c
    query = select(columns.call_id, columns.proposal_id).where(columns.call_id.in_(sorted(set(call_ids))))
    about = {row.call_id: row.proposal_id for row in await connection.execute(query)}
    known = await SqlProposalRepository(connection).get(sorted(set(about.values())))
    return {call_id: known[proposal_id] for call_id, proposal_id in about.items() if proposal_id in known}


def _to_answer(row: Row[Any]) -> TelephoneAnswer:
    values: dict[str, Any] = {name: row._mapping[name] for name in _NAMES}
    return TelephoneAnswer(**{**values, "choice": Choice(row.choice)})

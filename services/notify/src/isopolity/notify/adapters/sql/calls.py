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
from isopolity.notify.domain.mail import Purpose
from isopolity.notify.domain.telephone import TelephoneAnswer
from isopolity.persistence.portable_sql import inserting, pieces

_NAMES: Final = tuple(field.name for field in fields(TelephoneAnswer))
_COLUMNS: Final = [tables.telephone_answers.c[name] for name in _NAMES]
NAMELESS: Final[dict[str, Any]] = {"given_by": None, "taken_by": None}
"""The values of a row without names of people."""


class SqlTelephoneAnswers:
    """Answers by telephone, read and written in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, call_ids: Sequence[str]) -> Mapping[str, TelephoneAnswer]:
        column, found = tables.telephone_answers.c.call_id, dict[str, TelephoneAnswer]()
        for piece in pieces(call_ids):
            found |= {call.call_id: call for call in await self._those(column.in_(piece))}
        return found

    async def of_side(self, proposal_id: str, side: str) -> TelephoneAnswer | None:
        return next(iter(await self._those(_is_of(proposal_id, side))), None)

    async def of_member(self, member_id: str) -> Sequence[TelephoneAnswer]:
        return await self._those(tables.telephone_answers.c.member_id == member_id)

    async def without_answer(self, limit: int) -> Sequence[TelephoneAnswer]:
        table, answers = tables.telephone_answers, tables.answers
        final = exists().where(
            answers.c.proposal_id == table.c.proposal_id,
            answers.c.side == table.c.side,
            answers.c.choice.in_((Choice.YES, Choice.NO)),
        )
        newest = (table.c.entered_at.desc(), table.c.call_id.desc())
        query = select(*_COLUMNS).where(table.c.choice == Choice.YES, ~final).order_by(*newest).limit(limit)
        return [_to_answer(row) for row in await self._connection.execute(query)]

    async def put(self, call: TelephoneAnswer, after: TelephoneAnswer | None) -> bool:
        row, table = asdict(call), tables.telephone_answers
        if after is None:
            statement: Any = inserting(self._connection, table).values(row).on_conflict_do_nothing()
        else:
            statement = update(table).where(table.c.call_id == after.call_id).values(row)
        return (await self._connection.execute(statement)).rowcount == 1

    async def pass_to(self, member_id: str, proposal_id: str, side: str) -> None:
        statement = update(tables.telephone_answers).where(_is_of(proposal_id, side)).values(member_id=member_id)
        await self._connection.execute(statement)

    async def forget_names(self, contact_id: str, name: str | None) -> None:
        table, mails = tables.telephone_answers, tables.mails
        its_mail = exists().where(
            mails.c.contact_id == contact_id,
            mails.c.occasion_id == table.c.call_id,
            mails.c.purpose == Purpose.TELEPHONE,
        )
        named = table.c.given_by == name if name is not None else false()
        await self._connection.execute(update(table).where(or_(its_mail, named)).values(given_by=None))

    async def _those(self, condition: ColumnElement[bool]) -> Sequence[TelephoneAnswer]:
        query = select(*_COLUMNS).where(condition).order_by(tables.telephone_answers.c.call_id)
        return [_to_answer(row) for row in await self._connection.execute(query)]


def _is_of(proposal_id: str, side: str) -> ColumnElement[bool]:
    columns = tables.telephone_answers.c
    return (columns.proposal_id == proposal_id) & (columns.side == side)


def _to_answer(row: Row[Any]) -> TelephoneAnswer:
    values: dict[str, Any] = {name: row._mapping[name] for name in _NAMES}
    return TelephoneAnswer(**{**values, "choice": Choice(row.choice)})

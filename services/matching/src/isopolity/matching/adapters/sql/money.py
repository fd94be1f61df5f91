"""Money in SQL: the amounts that staff has set, and the parts of budgets that proposals, partnerships and interests
take.

Commitments are read from the documents as the sides received them, one row a pair.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, Select, Table, and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.documents import OnConnection
from isopolity.matching.adapters.sql.proposals import is_known_to
from isopolity.matching.domain.interest import InterestStage
from isopolity.matching.domain.member import SPONSORSHIP, sponsorship_pair
from isopolity.matching.domain.money.grants import (
    AskedAmounts,
    Commitment,
    CommitmentState,
    GrantTerms,
    SetAmount,
    SetAmounts,
)
from isopolity.matching.domain.partnership import PartnershipStage
from isopolity.matching.domain.proposal import BINDING, OUT
from isopolity.persistence.portable_sql import inserting, pieces

DOCUMENT: Final = TypeAdapter(SetAmount)


class SqlMoneyRepository(OnConnection):
    """A MoneyRepository on one connection."""

    async def commitments(self, now: datetime, partner_ids: Collection[str] | None = None) -> Sequence[Commitment]:
        if partner_ids is None:
            return await read_commitments(self._connection, now)
        found = list[Commitment]()
        for piece in pieces(sorted(partner_ids)):
            found += await read_commitments(self._connection, now, piece)
        return found

    async def amounts(self) -> SetAmounts:
        columns = tables.set_amounts.c
        rows = await self._connection.execute(select(columns.document).order_by(columns.request_id, columns.currency))
        found: list[SetAmount] = [DOCUMENT.validate_python(document) for document in rows.scalars()]
        return {(each.request_id, each.currency): each for each in found}

    async def put(self, amount: SetAmount) -> None:
        row: dict[str, Any] = {
            "request_id": amount.request_id,
            "currency": amount.currency,
            "document": DOCUMENT.dump_python(amount, mode="json"),
        }
        statement = inserting(self._connection, tables.set_amounts).values(row)
        known = ["request_id", "currency"]
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=known, set_={"document": row["document"]})
        )

    async def remove(self, request_id: str, currency: str | None = None) -> int:
        columns = tables.set_amounts.c
        statement = delete(tables.set_amounts).where(columns.request_id == request_id)
        if currency is not None:
            statement = statement.where(columns.currency == currency)
        return (await self._connection.execute(statement)).rowcount


_COMPLETED: Final = "completed"
_GRANTS: Final = ("grant_min", "grant_max")
_AMOUNTS: Final = ("amount_min", "amount_max")


async def read_commitments(
    connection: AsyncConnection, now: datetime, partner_ids: Collection[str] | None = None, known_to: str | None = None
) -> Sequence[Commitment]:
    """The commitments of all programmes, or of some partners'; with `known_to`, as that partner knows them.

    A partner knows a proposal once it has received it; before that, its own interest in the pair counts.
    """
    proposals, partnerships = tables.proposals.c, tables.partnerships.c
    is_open: ColumnElement[bool] = proposals.stage.in_(BINDING if known_to is None else OUT)
    if known_to is not None:
        is_open = and_(is_open, is_known_to(known_to))
    holds = or_(
        partnerships.stage != PartnershipStage.ENDED, partnerships.document["ended_reason"].as_string() == _COMPLETED
    )
    of_partnerships = await _found(connection, tables.partnerships, holds, partner_ids)
    of_proposals = await _found(connection, tables.proposals, is_open, partner_ids)
    known = [
        *(_commitment(row, CommitmentState.PROMISED) for row in of_partnerships),
        *(_commitment(row, CommitmentState.OPEN) for row in of_proposals),
    ]
    open_pairs = {each.pair_key for each in known if each.state is CommitmentState.OPEN}
    asked = await _asked(connection, now, partner_ids)
    return [*known, *(each for each in asked if each.pair_key not in open_pairs)]


async def _found(
    connection: AsyncConnection, table: Table, condition: ColumnElement[bool], partner_ids: Collection[str] | None
) -> Sequence[Row[Any]]:
    document = table.c.document
    query: Select[Any] = select(
        document[("a", "holder")].as_string().label("holder"),
        document[("b", "member_id")].as_string().label("city_id"),
        document[("b", "request_id")].as_string().label("request_id"),
        *(document[("a", "programme", name)].as_integer().label(name) for name in _GRANTS),
        document[("a", "programme", "currency")].as_string().label("grants_in"),
        *(document[("b", "request", name)].as_integer().label(name) for name in _AMOUNTS),
        document[("b", "request", "currency")].as_string().label("asked_in"),
    ).where(condition, document["kind"].as_string() == SPONSORSHIP)
    if partner_ids is not None:
        query = query.where(table.c.a_member_id.in_(partner_ids))
    found: Sequence[Row[Any]] = (await connection.execute(query)).all()
    return found


def _commitment(row: Row[Any], state: CommitmentState) -> Commitment:
    has_terms, has_asked = row.grants_in is not None, row.asked_in is not None
    return Commitment(
        holder=row.holder,
        pair_key=sponsorship_pair(row.holder, row.city_id),
        state=state,
        terms=GrantTerms(row.grant_min, row.grant_max, row.grants_in) if has_terms else None,
        request_id=row.request_id,
        asked=AskedAmounts(row.amount_min, row.amount_max, row.asked_in) if has_asked else None,
    )


async def _asked(
    connection: AsyncConnection, now: datetime, partner_ids: Collection[str] | None
) -> Sequence[Commitment]:
    """The amounts of pairs that partners have asked for, until they hear the outcome."""
    columns = tables.interests.c
    holder = columns.document["holder"].as_string()
    asks_money = columns.document["asks_money"].as_boolean()
    query = select(holder, columns.pair_key, asks_money).where(
        columns.stage == InterestStage.OPEN, columns.hear_by >= now, holder.like("programme/%")
    )
    if partner_ids is not None:
        query = query.where(columns.member_id.in_(partner_ids))
    found = (await connection.execute(query)).all()
    return [
        Commitment(holder=each, pair_key=pair_key, state=CommitmentState.OPEN, may_ask=asks is not False)
        for each, pair_key, asks in found
    ]

"""Money in SQL: the amounts that staff has set; commitments are read from proposals and partnerships."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.commitments import read_commitments
from isopolity.matching.domain.money.budgets import Commitment
from isopolity.matching.domain.money.grants import SetAmount, SetAmounts
from isopolity.persistence.portable_sql import inserting, pieces

DOCUMENT: Final = TypeAdapter(SetAmount)


class SqlMoneyRepository:
    """A MoneyRepository on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

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

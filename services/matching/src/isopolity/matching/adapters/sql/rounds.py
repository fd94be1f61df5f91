"""The rounds in SQL: the whole round as a document, beside it its status and its alternates."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Select, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.application.ports.repositories import Alternate
from isopolity.matching.domain.proposal import OPEN as OPEN_PROPOSAL
from isopolity.matching.domain.round import OPEN, Round
from isopolity.matching.errors import UnknownRound
from isopolity.persistence.portable_sql import insert_rows, pieces

DOCUMENT: Final = TypeAdapter(Round)


class SqlRoundRepository:
    """A RoundRepository on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, ordered: Round) -> None:
        await self._connection.execute(insert(tables.rounds).values(_values(ordered)))

    async def get(self, round_id: str) -> Round:
        found = await self._locked(select(tables.rounds.c.document).where(tables.rounds.c.round_id == round_id))
        if not found:
            raise UnknownRound("There is no round with this id.")
        return found[0]

    async def save(self, changed: Round) -> None:
        its_row = tables.rounds.c.round_id == changed.round_id
        await self._connection.execute(update(tables.rounds).where(its_row).values(_values(changed)))

    async def is_any_open(self) -> bool:
        query = select(tables.rounds.c.round_id).where(tables.rounds.c.status.in_(OPEN)).limit(1)
        return (await self._connection.execute(query)).first() is not None

    async def open(self) -> Sequence[Round]:
        return await self._locked(select(tables.rounds.c.document).where(tables.rounds.c.status.in_(OPEN)))

    async def keep_alternates(self, round_id: str, pairs: Sequence[tuple[str, str, str]]) -> None:
        columns, kept = tables.proposals.c, tables.alternates
        open_rounds = select(columns.round_id).where(columns.stage.in_(OPEN_PROPOSAL), columns.round_id.is_not(None))
        is_over = or_(kept.c.round_id.not_in(open_rounds), kept.c.round_id == round_id)
        await self._connection.execute(delete(kept).where(is_over))
        for piece in pieces(pairs):
            rows = [{"round_id": round_id, "pair_key": key, "a": a, "b": b} for key, a, b in piece]
            await insert_rows(self._connection, kept, rows)

    async def alternates(self, round_ids: Collection[str], holders: Collection[str]) -> Mapping[str, Alternate]:
        columns, found = tables.alternates.c, dict[str, Alternate]()
        for piece in pieces(sorted(holders)):
            its_holder = or_(columns.a.in_(piece), columns.b.in_(piece))
            query = select(tables.alternates).where(columns.round_id.in_(round_ids), its_holder)
            for row in await self._connection.execute(query.order_by(columns.round_id)):
                found[row.pair_key] = Alternate(round_id=row.round_id, a=row.a, b=row.b)
        return found

    async def _locked(self, query: Select[Any]) -> list[Round]:
        found = await self._connection.execute(query.order_by(tables.rounds.c.round_id).with_for_update())
        return [DOCUMENT.validate_python(document) for document in found.scalars()]


def _values(a_round: Round) -> dict[str, Any]:
    document = DOCUMENT.dump_python(a_round, mode="json")
    return {"round_id": a_round.round_id, "status": a_round.status, "document": document}

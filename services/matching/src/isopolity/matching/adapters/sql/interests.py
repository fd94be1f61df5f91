"""The interests in SQL: the whole interest as a document, beside it the columns that queries need."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Select, bindparam, exists, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.domain.interest import Interest, InterestStage
from isopolity.matching.domain.proposal import Stage
from isopolity.persistence.portable_sql import DOCUMENTS, inserting, lock_alone, pieces

DOCUMENT: Final = TypeAdapter(Interest)
_ASKING: Final = "isopolity.matching.asking."
_CHANGING: Final = ("member_id", "other_id", "pair_key", "stage", "proposal_id", "key", "document")


class SqlInterestRepository:
    """An InterestRepository on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of_member(self, member_id: str) -> None:
        await lock_alone(self._connection, _ASKING + member_id)

    async def add(self, interest: Interest) -> bool:
        columns = tables.interests.c
        statement = inserting(self._connection, tables.interests).on_conflict_do_nothing(
            index_elements=[columns.member_id, columns.pair_key], index_where=text(tables.IS_OPEN)
        )
        added = await self._connection.execute(statement.returning(columns.interest_id), [_values(interest)])
        return added.scalar_one_or_none() is not None

    async def save(self, interests: Sequence[Interest]) -> None:
        statement = (
            update(tables.interests)
            .where(tables.interests.c.interest_id == bindparam("its_id"))
            .values({name: bindparam(name) for name in _CHANGING})
        )
        for piece in pieces(interests, DOCUMENTS):
            rows = [{name: _values(each)[name] for name in _CHANGING} | {"its_id": each.interest_id} for each in piece]
            await self._connection.execute(statement, rows)

    async def keyed(self, member_id: str, key: str) -> Interest | None:
        columns = tables.interests.c
        found = await self._read(_documents().where(columns.member_id == member_id, columns.key == key))
        return found[0] if found else None

    async def open_of(self, *, member_id: str | None = None, pair_key: str | None = None) -> Sequence[Interest]:
        columns = tables.interests.c
        query = _documents().where(columns.stage == InterestStage.OPEN)
        if member_id is not None:
            query = query.where(columns.member_id == member_id)
        if pair_key is not None:
            query = query.where(columns.pair_key == pair_key)
        return await self._read(query)

    async def earlier(self, member_id: str, pair_key: str) -> Sequence[Interest]:
        columns = tables.interests.c
        return await self._read(_documents().where(columns.member_id == member_id, columns.pair_key == pair_key))

    async def concerning(self, member_id: str) -> Sequence[Interest]:
        columns = tables.interests.c
        return await self._read(_documents().where(or_(columns.member_id == member_id, columns.other_id == member_id)))

    async def unplaced(self, now: datetime, member_id: str | None = None) -> Sequence[Interest]:
        columns, proposals = tables.interests.c, tables.proposals.c
        was_never_sent = exists().where(
            proposals.proposal_id == columns.proposal_id,
            proposals.stage == Stage.SUPERSEDED,
            proposals.answer_by.is_(None),
        )
        has_none = or_(columns.proposal_id.is_(None), was_never_sent)
        query = _documents().where(columns.stage == InterestStage.OPEN, columns.hear_by > now, has_none)
        return await self._read(query if member_id is None else query.where(columns.member_id == member_id))

    async def find(self, interest_ids: Collection[str]) -> Sequence[Interest]:
        columns, found = tables.interests.c, list[Interest]()
        for piece in pieces(sorted(set(interest_ids)), DOCUMENTS):
            found += await self._read(_documents().where(columns.interest_id.in_(piece)).with_for_update())
        return found

    async def due(self, passed: datetime, limit: int) -> Sequence[Interest]:
        columns = tables.interests.c
        query = _documents().where(columns.stage == InterestStage.OPEN, columns.hear_by <= passed)
        return await self._read(query.limit(limit))

    async def resting(self, since: datetime, member_ids: Collection[str] | None = None) -> Collection[str]:
        columns = tables.interests.c
        query = select(columns.pair_key).where(columns.hear_by > since)
        if member_ids is None:
            return set((await self._connection.execute(query)).scalars())
        found = set[str]()
        for piece in pieces(sorted(set(member_ids))):
            is_theirs = or_(columns.member_id.in_(piece), columns.other_id.in_(piece))
            found.update((await self._connection.execute(query.where(is_theirs))).scalars())
        return found

    async def _read(self, query: Select[Any]) -> list[Interest]:
        found = await self._connection.execute(query.order_by(tables.interests.c.interest_id))
        return [DOCUMENT.validate_python(document) for document in found.scalars()]


def _documents() -> Select[Any]:
    return select(tables.interests.c.document)


def _values(interest: Interest) -> dict[str, Any]:
    return {
        "interest_id": interest.interest_id,
        "member_id": interest.member_id,
        "other_id": interest.other_id,
        "pair_key": interest.pair_key,
        "stage": interest.stage,
        "hear_by": interest.hear_by,
        "proposal_id": interest.proposal_id,
        "key": interest.key,
        "document": DOCUMENT.dump_python(interest, mode="json"),
    }

"""The interests in SQL: the whole interest as a document, beside it the columns that queries need."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, exists, or_, select, text, true

from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.documents import Documents, OnConnection
from isopolity.matching.domain.interest import Interest, InterestStage
from isopolity.matching.domain.proposal import Stage
from isopolity.persistence.portable_sql import inserting, lock_alone, pieces

DOCUMENT: Final = TypeAdapter(Interest)
_ASKING: Final = "isopolity.matching.asking."
_CHANGING: Final = ("member_id", "other_id", "pair_key", "stage", "proposal_id", "key")
"""Columns whose values are fields of the interest that may change."""
_INTEREST: Final = tables.interests.c


class SqlInterestRepository(OnConnection):
    """An InterestRepository on one connection."""

    async def of_member(self, member_id: str) -> None:
        await lock_alone(self._connection, _ASKING + member_id)

    async def add(self, interest: Interest) -> bool:
        statement = inserting(self._connection, tables.interests).on_conflict_do_nothing(
            index_elements=[_INTEREST.member_id, _INTEREST.pair_key], index_where=text(tables.IS_OPEN)
        )
        added = await self._connection.execute(statement.returning(_INTEREST.interest_id), [_row(interest)])
        return added.scalar_one_or_none() is not None

    async def save(self, interests: Sequence[Interest]) -> None:
        await INTERESTS.save(self._connection, interests, [*_CHANGING, "document"])

    async def keyed(self, member_id: str, key: str) -> Interest | None:
        found = await self._read(_INTEREST.member_id == member_id, _INTEREST.key == key)
        return found[0] if found else None

    async def open_of(self, *, member_id: str | None = None, pair_key: str | None = None) -> Sequence[Interest]:
        wanted = [_INTEREST.stage == InterestStage.OPEN]
        if member_id is not None:
            wanted.append(_INTEREST.member_id == member_id)
        if pair_key is not None:
            wanted.append(_INTEREST.pair_key == pair_key)
        return await self._read(*wanted)

    async def earlier(self, member_id: str, pair_key: str) -> Sequence[Interest]:
        return await self._read(_INTEREST.member_id == member_id, _INTEREST.pair_key == pair_key)

    async def concerning(self, member_id: str) -> Sequence[Interest]:
        return await self._read(or_(_INTEREST.member_id == member_id, _INTEREST.other_id == member_id))

    async def unplaced(self, now: datetime, member_id: str | None = None) -> Sequence[Interest]:
        proposals = tables.proposals.c
        was_never_sent = exists().where(
            proposals.proposal_id == _INTEREST.proposal_id,
            proposals.stage == Stage.SUPERSEDED,
            proposals.answer_by.is_(None),
        )
        has_none = or_(_INTEREST.proposal_id.is_(None), was_never_sent)
        is_its = true() if member_id is None else _INTEREST.member_id == member_id
        return await self._read(_INTEREST.stage == InterestStage.OPEN, _INTEREST.hear_by > now, has_none, is_its)

    async def find(self, interest_ids: Collection[str]) -> Sequence[Interest]:
        return await INTERESTS.find(self._connection, interest_ids)

    async def due(self, passed: datetime, limit: int) -> Sequence[Interest]:
        query = INTERESTS.select(_INTEREST.stage == InterestStage.OPEN, _INTEREST.hear_by <= passed)
        return await INTERESTS.read(self._connection, query.limit(limit))

    async def resting(self, since: datetime, member_ids: Collection[str] | None = None) -> Collection[str]:
        query = select(_INTEREST.pair_key).where(_INTEREST.hear_by > since)
        if member_ids is None:
            return set((await self._connection.execute(query)).scalars())
        found = set[str]()
        for piece in pieces(sorted(set(member_ids))):
            is_theirs = or_(_INTEREST.member_id.in_(piece), _INTEREST.other_id.in_(piece))
            found.update((await self._connection.execute(query.where(is_theirs))).scalars())
        return found

    async def _read(self, *conditions: ColumnElement[bool]) -> list[Interest]:
        return await INTERESTS.read(self._connection, INTERESTS.select(*conditions))


def _row(interest: Interest) -> dict[str, Any]:
    fields = {name: getattr(interest, name) for name in ("interest_id", "hear_by", *_CHANGING)}
    return fields | {"document": DOCUMENT.dump_python(interest, mode="json")}


INTERESTS: Final = Documents(DOCUMENT, tables.interests, _row)

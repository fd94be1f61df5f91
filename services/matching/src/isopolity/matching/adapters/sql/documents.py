"""Aggregates as documents: a row has the whole as JSON, and beside it the columns that queries need.

Invariant: lists are in the order of the table's primary key, and other work of the event loop runs while one is read.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Select, Table, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.machine.turns import each_in_turns
from isopolity.persistence.database import Database
from isopolity.persistence.portable_sql import DOCUMENTS, inserting, pieces

AggregateT = TypeVar("AggregateT")


class OnConnection:
    """A repository on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection


class Documents(Generic[AggregateT]):
    """The documents of one table, which has a primary key of one column; `row` gives the row of an aggregate."""

    def __init__(
        self, adapter: TypeAdapter[AggregateT], table: Table, row: Callable[[AggregateT], dict[str, Any]]
    ) -> None:
        self._adapter, self._table, self._row = adapter, table, row
        (self._id,) = table.primary_key

    def select(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        """The query for the documents for which all conditions hold."""
        return select(self._table.c.document).where(*conditions)

    async def read(self, connection: AsyncConnection, query: Select[Any]) -> list[AggregateT]:
        """The aggregates that a query finds."""
        found = await connection.execute(query.order_by(self._id))
        return await each_in_turns(self._adapter.validate_python, found.scalars())

    async def lock(
        self, connection: AsyncConnection, query: Select[Any], *, skip_locked: bool = False
    ) -> list[AggregateT]:
        """The aggregates that a query finds, locked until the commit."""
        return await self.read(connection, query.with_for_update(skip_locked=skip_locked))

    async def find(self, connection: AsyncConnection, ids: Collection[str]) -> list[AggregateT]:
        """The aggregates with these ids, locked until the commit; unknown ones are left out."""
        found = list[AggregateT]()
        for piece in pieces(sorted(set(ids)), DOCUMENTS):
            found += await self.lock(connection, self.select(self._id.in_(piece)))
        return found

    async def save(self, connection: AsyncConnection, changed: Sequence[AggregateT], names: Sequence[str]) -> None:
        """Write the columns of these names of known aggregates."""
        known = update(self._table).where(self._id == bindparam("its_id"))
        statement = known.values({name: bindparam(name) for name in names})
        for piece in pieces(changed, DOCUMENTS):
            rows = await each_in_turns(self._row, piece)
            values = [{"its_id": row[self._id.name]} | {name: row[name] for name in names} for row in rows]
            await connection.execute(statement, values)

    async def one(self, database: Database, identifier: str) -> AggregateT | None:
        """The aggregate of this id, as it is now; None if it is unknown."""
        async with database.reading() as connection:
            found = await self.read(connection, self.select(self._id == identifier))
        return found[0] if found else None

    async def page(
        self, database: Database, after: str | None, limit: int, *conditions: ColumnElement[bool]
    ) -> list[AggregateT]:
        """At most `limit` aggregates, the newest first; `after` is the last id of the page before."""
        query = self.select(*conditions) if after is None else self.select(*conditions, self._id < after)
        async with database.reading() as connection:
            found = await connection.execute(query.order_by(self._id.desc()).limit(limit))
        return await each_in_turns(self._adapter.validate_python, found.scalars())


async def put_newer(connection: AsyncConnection, table: Table, row: Mapping[str, object], by: str) -> bool:
    """Keep a row where it is newer by the column `by` than the one with its primary key; returns whether it was."""
    insert, key = inserting(connection, table).values(row), [column.name for column in table.primary_key]
    changed = {name: insert.excluded[name] for name in row if name not in key}
    newer = insert.excluded[by] > table.c[by]
    upsert = insert.on_conflict_do_update(index_elements=key, set_=changed, where=newer)
    return (await connection.execute(upsert)).rowcount == 1

"""The common part of repositories that keep frozen values, each in a row of one table, on one connection.

Invariant: `_value(_row(value)) == value`; a row that named a person leaves nothing in a SQLite file once it is deleted.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import fields
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.portable_sql import inserting

ValueT = TypeVar("ValueT")
ErasesAPerson = Callable[[], Awaitable[None]]
"""Callback that marks the transaction as deleting personal data, so that no copy stays in a SQLite file."""


class SqlRecords(Generic[ValueT]):
    """Values of a `kind` in a `table`: its first field is the column `id`, other fields are columns of their name."""

    table: ClassVar[Table]
    kind: ClassVar[type[Any]]
    apart: ClassVar[Sequence[str]] = ()
    """Fields that a repository converts itself, in `_row` and `_value`."""
    _columns: ClassVar[Sequence[tuple[str, str]]]
    """Each other field, with its column."""

    def __init_subclass__(cls) -> None:
        first, *others = (field.name for field in fields(cls.kind))
        key = first if first in cls.table.c else "id"
        cls._columns = [(first, key), *((name, name) for name in others if name not in cls.apart)]

    def __init__(self, connection: AsyncConnection, erases: ErasesAPerson) -> None:
        self._connection = connection
        self._erases = erases

    def _row(self, value: ValueT) -> dict[str, Any]:
        return {column: getattr(value, name) for name, column in self._columns}

    def _value(self, row: Any, **apart: Any) -> ValueT:
        found: ValueT = self.kind(**{name: getattr(row, column) for name, column in self._columns}, **apart)
        return found

    async def _all(self, query: Select[Any]) -> Sequence[ValueT]:
        return [self._value(row) for row in await self._connection.execute(query)]

    async def _one(self, which: ColumnElement[bool], *, locked: bool = False) -> ValueT | None:
        query = select(self.table).where(which)
        row = (await self._connection.execute(query.with_for_update() if locked else query)).one_or_none()
        return None if row is None else self._value(row)

    async def _insert(self, value: ValueT) -> None:
        await self._connection.execute(insert(self.table).values(self._row(value)))

    async def _update(self, value: ValueT) -> None:
        row = self._row(value)
        await self._connection.execute(update(self.table).where(self.table.c.id == row["id"]).values(row))

    async def _put(self, value: ValueT, key: ColumnElement[Any]) -> None:
        """Insert the value, or replace the one with an equal `key`."""
        row = self._row(value)
        new = inserting(self._connection, self.table).values(row)
        await self._connection.execute(new.on_conflict_do_update(index_elements=[key], set_=row))

    async def _delete(self, which: ColumnElement[bool]) -> bool:
        gone = (await self._connection.execute(delete(self.table).where(which))).rowcount > 0
        if gone:
            await self._erases()
        return gone

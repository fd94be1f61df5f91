"""SQL that means the same in PostgreSQL and SQLite: types of columns, inserts of many rows, and locks on a name.

Locks are shared or exclusive, and held until the transaction ends. In PostgreSQL they are advisory locks; SQLite needs
none, since it has one writer at a time.

In PostgreSQL many rows are inserted from one array a column, which costs half as much as one statement a row
(`benchmarks/`, city_import).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    DateTime,
    Insert,
    Integer,
    Select,
    Table,
    Text,
    all_,
    bindparam,
    cast,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeDecorator

from isopolity.persistence.database import Database

JsonDocument = JSON().with_variant(JSONB(), "postgresql")
"""A JSON document; JSONB in PostgreSQL."""

BigIdentity = BigInteger().with_variant(Integer(), "sqlite")
"""The type of an auto-numbered key; SQLite numbers only INTEGER keys."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite, which knows no zones, keeps it as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)  # type: ignore[no-any-return] # the driver's value is a datetime


Row = Mapping[str, Any]
ValueT = TypeVar("ValueT")

DOCUMENTS: Final = 50
"""Whole documents in one statement; making or reading that many blocks the event loop for some milliseconds."""
_ROWS: Final = 500
"""Rows in one statement, for the same reason."""
_VALUES: Final = 1000
"""Values in one statement: the number of its parameters is limited."""


def object_of(connection: AsyncConnection, key: ColumnElement[Any], value: ColumnElement[Any]) -> ColumnElement[str]:
    """All rows as the text of one JSON object; without rows, None or an empty object."""
    name = "json_group_object" if connection.dialect.name == "sqlite" else "json_object_agg"
    return cast(getattr(func, name)(key, value), Text)


def lines_of(connection: AsyncConnection, *columns: ColumnElement[str]) -> ColumnElement[str]:
    """All rows as one text: a line a row, with tabs between values, which must have neither; None without rows.

    `split_lines` reads it. A driver would read 100,000 rows on the event loop; one text can be split in a thread.
    """
    line = columns[0]
    for column in columns[1:]:
        line = line + "\t" + column
    name = "group_concat" if connection.dialect.name == "sqlite" else "string_agg"
    return cast(getattr(func, name)(line, "\n"), Text)


def split_lines(found: str | None) -> Iterator[list[str]]:
    """The values of each row of a text that `lines_of` has made."""
    return (line.split("\t") for line in found.split("\n")) if found else iter(())


def inserting(connection: AsyncConnection, table: Table) -> Any:
    """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`, which SQLAlchemy has by dialect."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


async def insert_rows(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert `rows`, which all have the same columns."""
    if connection.dialect.name != "postgresql" or len(rows) < 2:
        await connection.execute(insert(table), rows)
        return
    statement = _insert_of_arrays(table, tuple(rows[0]))
    for piece in pieces(rows, _ROWS):
        await connection.execute(statement, arrays_of(piece))


@lru_cache
def _insert_of_arrays(table: Table, names: tuple[str, ...]) -> Insert:
    """The insert statement, cached because building it costs as much as inserting a dozen rows."""
    return insert(table).from_select(names, rows_of_arrays(table, names))


def rows_of_arrays(table: Table, names: Sequence[str]) -> Select[Any]:
    """In PostgreSQL, the rows of `table` whose columns are bound as arrays, see `arrays_of`."""
    arrays = [bindparam(f"all_{name}", type_=ARRAY(table.c[name].type)) for name in names]
    source = func.unnest(*arrays).table_valued(*names).render_derived()
    return select(*(source.c[name] for name in names))


def arrays_of(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Parameters for `rows_of_arrays`."""
    return {f"all_{name}": [row[name] for row in rows] for name in rows[0]}


def pieces(values: Sequence[ValueT], size: int = _VALUES) -> Iterator[Sequence[ValueT]]:
    """The values in pieces of at most `size`, each few enough for one statement; 1,000 by default."""
    return (values[start : start + size] for start in range(0, len(values), size))


def none_of(connection: AsyncConnection, column: ColumnElement[int], numbers: Sequence[int]) -> ColumnElement[bool]:
    """The condition that a column is none of these numbers."""
    if connection.dialect.name != "postgresql":
        return column.not_in(numbers)
    return column != all_(bindparam(None, list(numbers), type_=ARRAY(BigInteger)))  # one value, however many they are


def key_of(name: str) -> int:
    """The advisory lock that stands for `name`: 64 bits with a sign, as PostgreSQL takes them."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


async def lock_shared(connection: AsyncConnection, name: str) -> None:
    """Take the lock `name` shared; wait while another transaction has it exclusively."""
    await _lock(connection, "SELECT pg_advisory_xact_lock_shared(:key)", name)


async def lock_alone(connection: AsyncConnection, name: str) -> None:
    """Take the lock `name` exclusively; wait until it is free."""
    await _lock(connection, "SELECT pg_advisory_xact_lock(:key)", name)


async def is_free(database: Database, name: str) -> bool:
    """Whether the lock `name` was free at a moment during this call; never waits.

    The server takes and releases the lock within one statement, so that a frozen caller blocks nobody.
    """
    if database.is_sqlite:
        async with database.writing():
            return True
    async with database.engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        found = await connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": key_of(name)})
        return bool(found.scalar_one())


async def _lock(connection: AsyncConnection, statement: str, name: str) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(text(statement), {"key": key_of(name)})

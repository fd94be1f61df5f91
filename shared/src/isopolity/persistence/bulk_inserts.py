"""Many rows at once: inserts of rows that may be there already, of many in one statement, and values in pieces.

In PostgreSQL many rows come from one array a column: a statement executed once a row costs it twice as much
(`benchmarks/`, city_import).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Select, Table, bindparam, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

Row = Mapping[str, Any]
ValueT = TypeVar("ValueT")

DOCUMENTS: Final = 50
"""Whole documents in one statement, so that making or reading them holds up the event loop for a few milliseconds."""
_ROWS: Final = 500
"""Rows in one statement, for the same reason."""
_VALUES: Final = 1000
"""Values in one statement: the number of its parameters is limited."""


def inserting(connection: AsyncConnection, table: Table) -> Any:
    """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`, which SQLAlchemy has by dialect."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


async def insert_rows(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert `rows`, which all have the same columns."""
    if connection.dialect.name != "postgresql" or len(rows) < 2:
        await connection.execute(insert(table), rows)
        return
    names = list(rows[0])
    statement = insert(table).from_select(names, rows_of_arrays(table, names))
    for piece in pieces(rows, _ROWS):
        await connection.execute(statement, arrays_of(piece))


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

"""Statements that both databases understand and SQLAlchemy spells apart: inserts that meet rows already there.

Rows go in pieces, since a statement takes a limited number of parameters.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

_AT_ONCE: Final = 1000
T = TypeVar("T")


def pieces(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in pieces that fit into one statement."""
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))


def inserting(connection: AsyncConnection, table: Table) -> Any:
    """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`; the rows are bound to it."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)

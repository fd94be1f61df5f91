"""Many rows are written in one statement, and come back as they were."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, select
from sqlalchemy.exc import IntegrityError

from isopolity.persistence.database import Database
from isopolity.persistence.portable_sql import BigIdentity, JsonDocument, UtcDateTime, insert_rows

METADATA = MetaData()
THINGS = Table(
    "things",
    METADATA,
    Column("id", BigIdentity, primary_key=True, autoincrement=True),
    Column("name", String(50), nullable=False, unique=True),
    Column("number", Integer),
    Column("document", JsonDocument),
    Column("value", LargeBinary),
    Column("at", UtcDateTime),
)


def thing(name: str) -> dict[str, Any]:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    return {"name": name, "number": 7, "document": {"a": [1, "“é”"]}, "value": b"\x00\xff", "at": moment}


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = Database.open(url)
    async with opened.writing() as connection:
        await connection.run_sync(METADATA.create_all)
        await connection.commit()
    yield opened
    await opened.close()


async def kept(database: Database) -> list[dict[str, Any]]:
    async with database.reading() as connection:
        columns = [column for column in THINGS.c if column.name != "id"]
        rows = await connection.execute(select(*columns).order_by(THINGS.c.id))
        return [dict(row._mapping) for row in rows]


@pytest.mark.parametrize("count", [1, 2, 1500])
async def test_rows_come_back_as_they_were_and_in_order(database: Database, count: int) -> None:
    rows = [thing(f"thing {number}") for number in range(count)]
    async with database.writing() as connection:
        await insert_rows(connection, THINGS, rows)
        await connection.commit()
    assert await kept(database) == rows


async def test_nothing_is_kept_as_nothing(database: Database) -> None:
    rows = [{**thing("a"), "number": None, "value": None, "at": None}, thing("b")]
    async with database.writing() as connection:
        await insert_rows(connection, THINGS, rows)
        await connection.commit()
    assert await kept(database) == rows


async def test_a_double_among_many_is_an_integrity_error(database: Database) -> None:
    async with database.writing() as connection:
        with pytest.raises(IntegrityError):
            await insert_rows(connection, THINGS, [thing("a"), thing("b"), thing("a")])
    assert await kept(database) == []

"""notify on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade
from tests.support.notify.bench import NotifyBench, bench_on
from tests.support.servers.provision import empty_database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database without tables."""
    async with AsyncExitStack() as stack:
        url = f"sqlite+aiosqlite:///{tmp_path / 'notify.db'}"
        if request.param == "postgres":
            url = await stack.enter_async_context(empty_database(request.getfixturevalue("postgres_server")))
        database = Database.open(url)
        stack.push_async_callback(database.close)
        yield database


@pytest.fixture
async def database(empty: Database) -> Database:
    """A database with notify's tables."""
    await upgrade(empty, "isopolity.notify")
    return empty


@pytest.fixture
def bench(database: Database) -> NotifyBench:
    """notify, with a fake mailer and directory."""
    return bench_on(database)


@pytest.fixture
async def sqlite_bench(tmp_path: Path) -> AsyncIterator[NotifyBench]:
    """notify on SQLite."""
    database = Database.open(f"sqlite+aiosqlite:///{tmp_path / 'notify.db'}")
    await upgrade(database, "isopolity.notify")
    yield bench_on(database)
    await database.close()


@pytest.fixture
async def postgres_bench(postgres: str) -> AsyncIterator[NotifyBench]:
    """notify on PostgreSQL, where transactions meet."""
    database = Database.open(postgres)
    await upgrade(database, "isopolity.notify")
    yield bench_on(database)
    await database.close()

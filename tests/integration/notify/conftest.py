"""notify on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from isopolity.persistence.database import Database
from tests.support.notify.bench import NotifyBench, bench_on
from tests.support.shared.migrated import open_migrated


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'notify.db'}"
    return str(request.getfixturevalue("unmade_postgres"))


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """A database with notify's tables."""
    database = await open_migrated(url, "isopolity.notify")
    yield database
    await database.close()


@pytest.fixture
def bench(database: Database) -> NotifyBench:
    """notify, with a fake mailer and directory."""
    return bench_on(database)


@pytest.fixture
async def sqlite_bench(tmp_path: Path) -> AsyncIterator[NotifyBench]:
    """notify on SQLite."""
    database = await open_migrated(f"sqlite+aiosqlite:///{tmp_path / 'notify.db'}", "isopolity.notify")
    yield bench_on(database)
    await database.close()


@pytest.fixture
async def postgres_bench(unmade_postgres: str) -> AsyncIterator[NotifyBench]:
    """notify on PostgreSQL, where transactions meet."""
    database = await open_migrated(unmade_postgres, "isopolity.notify")
    yield bench_on(database)
    await database.close()

"""matching's database, empty and migrated, in SQLite and in PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from isopolity.persistence.database import Database
from tests.support.shared.migrated import open_migrated


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'matching.db'}"
    return str(request.getfixturevalue("unmade_postgres"))


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """The migrated database."""
    opened = await open_migrated(url, "isopolity.matching")
    yield opened
    await opened.close()

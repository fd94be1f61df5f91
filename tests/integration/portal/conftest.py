"""Every test of this folder that takes `database` runs on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from isopolity.persistence.database import Database
from tests.support.shared.migrated import open_migrated


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    return str(request.getfixturevalue("unmade_postgres"))


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = await open_migrated(url, "isopolity.portal")
    yield opened
    await opened.close()

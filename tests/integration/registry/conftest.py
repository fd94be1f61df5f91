"""registry on SQLite and on PostgreSQL; tests of what no database decides take `on_sqlite`."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.registry.service import RegistryUnderTest, open_under_test


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'registry.db'}"
    return str(request.getfixturevalue("postgres"))


@pytest.fixture
async def registry(url: str, tmp_path: Path) -> AsyncIterator[RegistryUnderTest]:
    async with open_under_test(url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def on_sqlite(tmp_path: Path) -> AsyncIterator[RegistryUnderTest]:
    async with open_under_test(f"sqlite+aiosqlite:///{tmp_path / 'registry.db'}", tmp_path) as opened:
        yield opened

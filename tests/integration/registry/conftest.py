"""registry on SQLite and on PostgreSQL; tests of what no database decides take `on_sqlite`."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from isopolity.machine.clock import uuid7
from isopolity.persistence.unit_of_work import EventFactory, Storage
from isopolity.registry.adapters.sql import tables
from isopolity.registry.adapters.sql.unit_of_work import SqlRegistryUnitOfWork
from tests.support.registry.fakes import FakeStore
from tests.support.registry.service import NOW, RegistryUnderTest, open_under_test
from tests.support.shared.migrated import open_migrated


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'registry.db'}"
    return str(request.getfixturevalue("unmade_postgres"))


@pytest.fixture
async def registry(url: str, tmp_path: Path) -> AsyncIterator[RegistryUnderTest]:
    async with open_under_test(url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def on_sqlite(tmp_path: Path) -> AsyncIterator[RegistryUnderTest]:
    async with open_under_test(f"sqlite+aiosqlite:///{tmp_path / 'registry.db'}", tmp_path) as opened:
        yield opened


@pytest.fixture(params=["fake", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str | None:
    if request.param == "fake":
        return None
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'registry.db'}"
    return str(request.getfixturevalue("unmade_postgres"))


@pytest.fixture
async def unit_of_work(address: str | None) -> AsyncIterator[Any]:
    """Opens transactions in memory, and on each kind of database."""
    if address is None:
        yield FakeStore().unit_of_work
        return
    database = await open_migrated(address, "isopolity.registry")
    events = EventFactory("urn:isopolity:test", lambda: NOW, uuid7)
    storage = Storage(database=database, tables=tables.messaging, events=events, wake=lambda: None)
    yield lambda: SqlRegistryUnitOfWork(storage)
    await database.close()

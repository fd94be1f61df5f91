"""Units of work on fakes, SQLite and PostgreSQL: the contract of matching's repositories runs on each."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from isopolity.machine.clock import uuid7
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.persistence.unit_of_work import EventFactory, Storage
from tests.support.matching.fakes import FakeStore
from tests.support.matching.service import NOW
from tests.support.shared.migrated import open_migrated


@pytest.fixture(params=["fake", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str | None:
    if request.param == "fake":
        return None
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'matching.db'}"
    return str(request.getfixturevalue("unmade_postgres"))


@pytest.fixture
async def unit_of_work(address: str | None) -> AsyncIterator[UnitOfWorkFactory]:
    if address is None:
        yield FakeStore().unit_of_work
        return
    database = await open_migrated(address, "isopolity.matching")
    events = EventFactory("urn:isopolity:test", lambda: NOW, uuid7)
    storage = Storage(database=database, tables=tables.messaging, events=events, wake=lambda: None)
    yield lambda: SqlMatchingUnitOfWork(storage)
    await database.close()

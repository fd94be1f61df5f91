"""Stores that cannot be written: what they say of it, where, and that they come back."""

import errno
import os
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy.exc import DBAPIError

from isopolity.contracts.catalogue import REGISTRY_CANARY
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.errors import BrokerUnwritable
from isopolity.persistence.database import Database, DatabaseUnavailable, is_unavailable
from isopolity.persistence.unit_of_work import Storage
from tests.support.shared.storage import TABLES, no_file_grows, open_storage, rows


async def test_trying_to_write_changes_nothing(storage: Storage) -> None:
    await storage.database.try_writing(TABLES.outbox)
    assert await rows(storage.database, TABLES.outbox) == 0
    assert storage.database.why_unwritable() is None


async def test_sqlite_file_that_cannot_grow_is_named_with_a_remedy(tmp_path: Path) -> None:
    async with open_storage(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}") as storage:
        with no_file_grows(), pytest.raises(DBAPIError) as caught:
            await storage.database.try_writing(TABLES.outbox)
        assert is_unavailable(caught.value)
        told = storage.database.why_unwritable()
        assert told is not None
        assert told.startswith(f"{tmp_path / 'test.db'} cannot be written, because its disk refuses.")
        await storage.database.try_writing(TABLES.outbox)


async def test_sqlite_file_that_is_read_only_is_told(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    async with open_storage(url):
        pass
    database = Database.open(f"sqlite+aiosqlite:///file:{tmp_path / 'test.db'}?mode=ro&uri=true")
    with pytest.raises(DBAPIError):
        await database.try_writing(TABLES.outbox)
    assert "because it is read-only" in str(database.why_unwritable())
    await database.close()


@pytest.mark.postgres
async def test_postgres_that_takes_no_changes_is_told(postgres_storage: Storage) -> None:
    database = postgres_storage.database
    async with database.engine.connect() as connection:
        await connection.exec_driver_sql(
            f"ALTER DATABASE {database.engine.url.database} SET default_transaction_read_only = on"
        )
        await connection.commit()
    await database.engine.dispose()  # connections learn of it when they begin
    with pytest.raises(DBAPIError) as caught:
        await database.try_writing(TABLES.outbox)
    assert is_unavailable(caught.value)
    assert f"{database.place} cannot be written, because its server takes no changes." in str(database.why_unwritable())
    assert "postgres@" not in database.place


async def test_embedded_log_that_cannot_grow_says_so_and_comes_back(tmp_path: Path) -> None:
    async with EmbeddedBroker.opened(tmp_path / "log.db") as broker:
        with no_file_grows(), pytest.raises(BrokerUnwritable, match=str(tmp_path / "log.db")):
            await broker.ensure_topics([REGISTRY_CANARY])
        with no_file_grows(), pytest.raises(BrokerUnwritable, match="its disk refuses"):
            await broker.ping()
        await broker.ping()
        await broker.ensure_topics([REGISTRY_CANARY])


async def test_disk_with_too_little_room_is_full_though_the_log_takes_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log that was longer once takes a page on a full disk, and the next transaction fails."""

    def full(**_options: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("isopolity.machine.stores.TemporaryFile", full)
    async with open_storage(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}") as storage:
        with pytest.raises(DatabaseUnavailable):
            await storage.database.try_writing(TABLES.outbox)
        assert "because its disk is full." in str(storage.database.why_unwritable())
    async with EmbeddedBroker.opened(tmp_path / "log.db") as broker:
        with pytest.raises(BrokerUnwritable, match="its disk is full"):
            await broker.ping()

"""SQLite alone: a durable journal, foreign keys, one writer at a time."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from isopolity.persistence.database import Database
from isopolity.persistence.lease import lease
from isopolity.persistence.unit_of_work import Storage
from tests.support.shared.storage import NOTES, NoteUnitOfWork, open_storage, rows


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    async with open_storage(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}") as opened:
        yield opened


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("busy_timeout", 10000),
        ("secure_delete", 1),
        ("journal_size_limit", 16 * 1024 * 1024),
    ],
)
async def test_every_connection_is_set_up_to_keep_and_to_erase(storage: Storage, pragma: str, value: object) -> None:
    async with storage.database.reading() as one, storage.database.reading() as other:
        for connection in (one, other):
            assert (await connection.exec_driver_sql(f"PRAGMA {pragma}")).scalar_one() == value


async def test_a_second_writer_waits_for_the_first_instead_of_failing(storage: Storage) -> None:
    async def write(text: str) -> None:
        async with NoteUnitOfWork(storage) as unit_of_work:
            await unit_of_work.note(text)
            await unit_of_work.commit()

    async with NoteUnitOfWork(storage) as first:
        await first.note("first")
        second = asyncio.create_task(write("second"))
        await asyncio.sleep(0)
        assert not second.done()
        await first.commit()
    await second
    assert await rows(storage.database, NOTES) == 2


async def test_a_reader_keeps_its_view_while_others_commit(storage: Storage) -> None:
    async with storage.database.reading() as reader:
        assert (await reader.exec_driver_sql("SELECT count(*) FROM notes")).scalar_one() == 0
        async with NoteUnitOfWork(storage) as unit_of_work:
            await unit_of_work.note("a")
            await unit_of_work.commit()
        assert (await reader.exec_driver_sql("SELECT count(*) FROM notes")).scalar_one() == 0
    assert await rows(storage.database, NOTES) == 1


async def test_what_was_committed_is_there_after_opening_again(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'again.db'}"
    async with open_storage(url) as storage, NoteUnitOfWork(storage) as unit_of_work:
        await unit_of_work.note("a")
        await unit_of_work.commit()
    database = Database.open(url)
    assert await rows(database, NOTES) == 1
    await database.close()


async def test_a_lease_is_held_by_one_at_a_time(storage: Storage) -> None:
    async with lease(storage.database, "job") as held:
        await held.check()
        waiting = asyncio.create_task(lease(storage.database, "job").__aenter__())
        other = lease(storage.database, "other job")
        async with other:
            assert not waiting.done()
    await waiting


async def test_an_error_of_the_database_does_not_tell_what_was_written(storage: Storage) -> None:
    async with NoteUnitOfWork(storage) as unit_of_work:
        await unit_of_work.note("Anna Schmidt")
        with pytest.raises(IntegrityError) as failed:
            await unit_of_work.note("Anna Schmidt")
    assert "Anna" not in str(failed.value)


_LONG_COUNT = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT count(*) FROM n"


def test_a_loop_ends_while_a_statement_of_a_cancelled_task_still_runs(tmp_path: Path) -> None:
    """A connection closes once, not by force besides: aiosqlite would wait for an answer of a thread that has ended."""

    async def lived() -> None:
        database = Database.open(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")

        async def count() -> None:
            async with database.reading() as connection:
                await connection.exec_driver_sql(_LONG_COUNT)

        counting = asyncio.create_task(count())
        await asyncio.sleep(0.1)
        counting.cancel()
        await asyncio.sleep(0.01)  # the connection is being closed, which the end of the loop cancels

    ended = threading.Thread(target=lambda: asyncio.run(lived()), daemon=True)
    ended.start()
    ended.join(timeout=120)
    assert not ended.is_alive()


def test_a_thread_whose_loop_has_ended_meanwhile_ends_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is stopped while it connects does not end with a traceback."""
    connects, ended, connect = threading.Event(), threading.Event(), sqlite3.connect
    threads: list[threading.Thread] = []
    complaints: list[object] = []

    def slowly(*arguments: Any, **options: Any) -> Any:
        threads.append(threading.current_thread())
        connects.set()
        assert ended.wait(60)
        return connect(*arguments, **options)

    async def lived() -> None:
        connecting = asyncio.create_task(Database.open(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}").ping())
        assert await asyncio.to_thread(connects.wait, 60)
        connecting.cancel()

    monkeypatch.setattr(sqlite3, "connect", slowly)
    monkeypatch.setattr(threading, "excepthook", complaints.append)
    asyncio.run(lived())
    ended.set()
    threads[0].join(60)
    assert not threads[0].is_alive()
    assert not complaints


async def test_a_statement_makes_one_trip_to_the_thread(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    async with NoteUnitOfWork(storage) as unit_of_work:
        await unit_of_work.note("a")
        await unit_of_work.note("b")
        await unit_of_work.commit()
    loop, answers = asyncio.get_running_loop(), []
    come_back = loop.call_soon_threadsafe

    def counted(*arguments: Any, **options: Any) -> asyncio.Handle:
        answers.append(arguments)
        return come_back(*arguments, **options)

    async with storage.database.reading() as reader:
        await reader.exec_driver_sql("SELECT 1")  # begins the transaction
        monkeypatch.setattr(loop, "call_soon_threadsafe", counted)
        found = await reader.execute(NOTES.select())
        assert len(found.all()) == 2
        assert len(answers) == 1

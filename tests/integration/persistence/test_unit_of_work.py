"""State and outbox commit together, or not at all."""

import asyncio

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from isopolity.contracts.event import Lineage
from isopolity.contracts.event_types import CANARY_SOUNDED
from isopolity.identity.lineage import lineage_of
from isopolity.messaging.broker import load_headers
from isopolity.persistence.unit_of_work import Storage
from tests.support.shared.storage import NOTES, TABLES, NoteUnitOfWork, Wakes, canary, rows


class Crash(Exception):
    """The process dies here."""


async def write_note(opened: NoteUnitOfWork) -> None:
    async with opened as unit_of_work:
        await unit_of_work.note("a")
        unit_of_work.outbox.publish(CANARY_SOUNDED, canary())
        await unit_of_work.commit()


async def test_state_and_event_become_durable_together(storage: Storage) -> None:
    async with NoteUnitOfWork(storage) as unit_of_work:
        await unit_of_work.note("a")
        unit_of_work.outbox.publish(CANARY_SOUNDED, canary())
        await unit_of_work.commit()
    assert (await rows(storage.database, NOTES), await rows(storage.database, TABLES.outbox)) == (1, 1)


async def test_a_crash_before_the_commit_leaves_neither_state_nor_event(storage: Storage) -> None:
    class Dying(NoteUnitOfWork):
        async def commit(self) -> None:
            await self._flush()
            await self.outbox.flush(self.connection)
            raise Crash

    with pytest.raises(Crash):
        await write_note(Dying(storage))
    assert (await rows(storage.database, NOTES), await rows(storage.database, TABLES.outbox)) == (0, 0)


async def test_a_write_that_fails_at_the_end_takes_everything_back(storage: Storage) -> None:
    class Unwritable(NoteUnitOfWork):
        async def _flush(self) -> None:
            await self.note("a")

    with pytest.raises(IntegrityError):
        await write_note(Unwritable(storage))
    assert (await rows(storage.database, NOTES), await rows(storage.database, TABLES.outbox)) == (0, 0)


async def test_leaving_without_commit_changes_nothing_and_wakes_nobody(storage: Storage) -> None:
    async with NoteUnitOfWork(storage) as unit_of_work:
        await unit_of_work.note("a")
        unit_of_work.outbox.publish(CANARY_SOUNDED, canary())
    assert (await rows(storage.database, NOTES), await rows(storage.database, TABLES.outbox)) == (0, 0)
    assert storage.wake == Wakes(0)


async def test_the_relay_is_woken_only_by_a_commit_that_published(storage: Storage) -> None:
    async with NoteUnitOfWork(storage) as unit_of_work:
        await unit_of_work.note("a")
        await unit_of_work.commit()
    assert storage.wake == Wakes(0)
    async with NoteUnitOfWork(storage) as unit_of_work:
        unit_of_work.outbox.publish(CANARY_SOUNDED, canary())
        await unit_of_work.commit()
    assert storage.wake == Wakes(1)


async def test_an_event_carries_the_lineage_of_its_edge(storage: Storage) -> None:
    trace = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    with lineage_of(Lineage("request-7", "event-3", trace)):
        async with NoteUnitOfWork(storage) as unit_of_work:
            unit_of_work.outbox.publish(CANARY_SOUNDED, canary())
            await unit_of_work.commit()
    async with storage.database.reading() as connection:
        text = (await connection.execute(select(TABLES.outbox.c.headers))).scalar_one()
    headers = dict(load_headers(text))
    assert headers["ce_correlationid"] == b"request-7"
    assert headers["ce_causationid"] == b"event-3"
    assert headers["traceparent"] == trace.encode()


async def test_writers_that_come_together_all_succeed(storage: Storage) -> None:
    async def write(text: str) -> None:
        async with NoteUnitOfWork(storage) as unit_of_work:
            await unit_of_work.note(text)
            unit_of_work.outbox.publish(CANARY_SOUNDED, canary(text))
            await unit_of_work.commit()

    await asyncio.gather(*(write(str(number)) for number in range(40)))
    assert (await rows(storage.database, NOTES), await rows(storage.database, TABLES.outbox)) == (40, 40)


async def test_a_reader_sees_the_last_commit_while_a_writer_writes(storage: Storage) -> None:
    async with NoteUnitOfWork(storage) as unit_of_work:
        await unit_of_work.note("a")
        async with asyncio.timeout(60):
            assert await rows(storage.database, NOTES) == 0
        await unit_of_work.commit()
    assert await rows(storage.database, NOTES) == 1


async def test_a_cancelled_writer_gives_way_to_the_next(storage: Storage) -> None:
    writing = asyncio.Event()

    async def hang() -> None:
        async with NoteUnitOfWork(storage) as unit_of_work:
            await unit_of_work.note("a")
            writing.set()
            await asyncio.Event().wait()

    hanging = asyncio.create_task(hang())
    await writing.wait()
    hanging.cancel()
    await asyncio.wait([hanging])
    async with asyncio.timeout(60), NoteUnitOfWork(storage) as unit_of_work:
        await unit_of_work.note("a")
        await unit_of_work.commit()
    assert await rows(storage.database, NOTES) == 1

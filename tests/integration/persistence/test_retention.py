"""Letting go of rows: in bounded transactions, under a lease, never of what another holds, again after an outage."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from isopolity.persistence.database import DatabaseUnavailable
from isopolity.persistence.retention import Forget, Kept, Retention, deleting
from isopolity.persistence.unit_of_work import Storage
from tests.support.shared.relays import Held, let_go
from tests.support.shared.storage import NOW, TABLES, open_storage, rows

PERIOD = timedelta(days=10)
INBOX = Kept(
    name="seen", tables=(TABLES.inbox,), since="then", days=10, due=lambda before: TABLES.inbox.c.seen_at < before
)


@pytest.fixture
async def filled(url: str) -> AsyncIterator[Storage]:
    """Five rows that are due, and one that is not quite."""
    async with open_storage(url) as storage:
        ages = [*(PERIOD + timedelta(seconds=1 + number) for number in range(5)), PERIOD]
        seen = [{"event_id": str(at), "source": "s", "seen_at": NOW - age} for at, age in enumerate(ages)]
        async with storage.database.writing() as connection:
            await connection.execute(insert(TABLES.inbox), seen)
            await connection.commit()
        yield storage


async def test_what_is_due_goes_in_bounded_pieces_and_nothing_else(filled: Storage) -> None:
    pieces: list[int] = []
    forget = deleting(filled, INBOX)

    async def counting(before: datetime, limit: int) -> int:
        pieces.append(await forget(before, limit))
        return pieces[-1]

    assert await let_go(filled, {INBOX.name: (PERIOD, counting)}, at_once=2) == {"seen": 5}
    assert pieces == [2, 2, 1]
    assert await rows(filled.database, TABLES.inbox) == 1


async def test_a_tombstone_follows_each_row(filled: Storage) -> None:
    kept = replace(INBOX, topic="isopolity.registry.city")
    await let_go(filled, {INBOX.name: (PERIOD, deleting(filled, kept))})
    async with filled.database.reading() as connection:
        found = (await connection.execute(select(TABLES.outbox))).all()
    assert sorted(row.key for row in found) == list("01234")
    assert {(row.topic, row.value) for row in found} == {("isopolity.registry.city", None)}


@pytest.mark.postgres
async def test_a_row_that_another_transaction_holds_waits_for_the_next_time(postgres: str) -> None:
    async with open_storage(postgres) as storage:
        seen = [{"event_id": str(at), "source": "s", "seen_at": NOW - 2 * PERIOD} for at in range(2)]
        async with storage.database.writing() as connection:
            await connection.execute(insert(TABLES.inbox), seen)
            await connection.commit()
        chores = {INBOX.name: (PERIOD, deleting(storage, INBOX))}
        async with storage.database.writing() as connection:
            held = select(TABLES.inbox).where(TABLES.inbox.c.event_id == "0").with_for_update()
            await connection.execute(held)
            assert await let_go(storage, chores) == {"seen": 1}
        assert await let_go(storage, chores) == {"seen": 1}


async def test_an_outage_is_outlasted_and_a_bug_is_not_hidden(filled: Storage) -> None:
    outcomes: list[Exception] = [DatabaseUnavailable("away"), ValueError("a bug")]
    slept: list[float] = []

    async def failing(before: datetime, limit: int) -> int:
        raise outcomes.pop(0)

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    task: Forget = failing
    retention = Retention(storage=filled, service="test", chores={"seen": (PERIOD, task)}, sleep=sleep)
    with pytest.raises(ValueError, match="a bug"):
        async with asyncio.timeout(60):
            await retention.run()
    assert slept == [3600.0]


async def test_a_lost_lease_ends_the_work(filled: Storage) -> None:
    class Lost(Held):
        async def check(self) -> None:
            raise DatabaseUnavailable("the session of a lease is lost")

    retention = Retention(storage=filled, service="test", chores={"seen": (PERIOD, deleting(filled, INBOX))}, at_once=2)
    with pytest.raises(DatabaseUnavailable):
        await retention.forget(Lost())
    assert await rows(filled.database, TABLES.inbox) == 4

"""Queries that the server ends: they are no outage, are stopped after three times, and are tried again later."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from isopolity.messaging.errors import HeldUp
from isopolity.persistence.database import Database
from isopolity.persistence.health import DatabaseUnavailable, QueryTooSlow, SlowStatements, is_unavailable, reason_of
from isopolity.persistence.processor import TransactionalProcessor
from isopolity.persistence.unit_of_work import SqlUnitOfWork

QUERY = "SELECT member FROM answers WHERE settled_at IS NULL"
MINUTE = timedelta(minutes=1)


class Clock:
    now = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def ended(slow: SlowStatements, times: int) -> None:
    for _ in range(times):
        slow.ended(QUERY)


def test_a_query_is_sent_again_until_it_was_ended_three_times_in_a_row() -> None:
    slow = SlowStatements(Clock())
    ended(slow, 2)
    slow.check(QUERY)
    assert slow.sentences() == []
    assert slow.ended(QUERY).is_stopped
    with pytest.raises(QueryTooSlow) as refused:
        slow.check(QUERY)
    assert refused.value.is_stopped
    assert slow.sentences() == [
        "A query on answers takes too long: the server ended it 3 times in a row since 01 December 09:00 UTC, each "
        "time after 55 s or by hand. It is not sent before 09:05 UTC."
    ]
    slow.check("SELECT 1")


def test_it_is_tried_again_after_longer_and_longer_pauses_of_an_hour_at_most() -> None:
    clock, pauses = Clock(), list[int]()
    slow = SlowStatements(clock)
    ended(slow, 3)
    for _ in range(7):
        waited = 0
        while True:
            try:
                slow.check(QUERY)
                break
            except QueryTooSlow:
                clock.now += MINUTE
                waited += 1
        pauses.append(waited)
        slow.ended(QUERY)
    assert pauses == [5, 10, 20, 40, 60, 60, 60]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database.open(f"sqlite+aiosqlite:///{tmp_path / 'slow.db'}")
    yield database
    await database.close()


async def test_one_that_succeeds_is_forgotten_and_others_are_sent_all_along(database: Database) -> None:
    clock = Clock()
    database.slow.clock = clock
    for _ in range(3):
        database.slow.ended("SELECT 2")
    async with database.reading() as connection:
        await connection.exec_driver_sql("SELECT 3")
        with pytest.raises(QueryTooSlow):
            await connection.exec_driver_sql("SELECT 2")
        clock.now += 5 * MINUTE
        await connection.exec_driver_sql("SELECT 2")
    assert database.slow.sentences() == []


async def test_a_consumer_holds_its_partition_with_that_reason() -> None:
    def unit_of_work() -> SqlUnitOfWork:
        raise QueryTooSlow("A query on answers takes too long.")

    with pytest.raises(HeldUp, match="A query on answers takes too long"):
        await TransactionalProcessor(unit_of_work, {})([])


def test_the_log_tells_it_in_other_words_than_an_outage() -> None:
    slow, away = QueryTooSlow("A query on answers takes too long."), DatabaseUnavailable("no connection")
    assert is_unavailable(slow)
    assert reason_of(slow) == "A query on answers takes too long."
    assert reason_of(away) == "the database is away or busy"

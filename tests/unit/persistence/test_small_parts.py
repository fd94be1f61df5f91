"""Types, headers, the process's signal and the events' factory, without a database."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from isopolity.clock import uuid7
from isopolity.contracts.event import Lineage
from isopolity.contracts.event_types import CANARY_SOUNDED
from isopolity.lineage import caused_by, current_lineage, lineage_of
from isopolity.messaging.broker import dump_headers, load_headers
from isopolity.messaging.errors import MessageTooLarge
from isopolity.persistence.away import AWAY_SQLITE_CODES, AWAY_SQLSTATES
from isopolity.persistence.database import DatabaseUnavailable, is_unavailable
from isopolity.persistence.outbox import EventFactory, SqlOutbox
from isopolity.persistence.portable_sql import UtcDateTime
from isopolity.persistence.relay import ProcessSignal
from tests.support.messaging.runner import REVISED, city_event
from tests.support.shared.storage import NOW, TABLES, Ticking, canary, numbered_ids

TRACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


@given(st.lists(st.tuples(st.text(), st.binary())))
def test_headers_come_back_byte_for_byte(headers: list[tuple[str, bytes]]) -> None:
    assert load_headers(dump_headers(headers)) == headers


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])  # type: ignore[no-untyped-call] # SQLAlchemy does not type it
@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))])))
def test_a_moment_comes_back_as_the_same_moment_in_utc(dialect: Any, moment: datetime) -> None:
    column = UtcDateTime()
    try:
        expected = moment.astimezone(UTC)
    except OverflowError:
        return
    back = column.process_result_value(column.process_bind_param(moment, dialect), dialect)
    assert back == expected
    assert back is not None
    assert back.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        UtcDateTime().process_bind_param(datetime(2026, 3, 1), sqlite.dialect())  # noqa: DTZ001 - the point of the test


def test_an_event_outside_of_any_edge_starts_a_chain_of_its_own() -> None:
    ids = numbered_ids()
    envelope = (
        EventFactory("urn:isopolity:test", Ticking(), lambda: next(ids)).event(CANARY_SOUNDED, canary(7)).envelope
    )
    assert (envelope.id, envelope.subject, envelope.time) == ("id-1", "canary-7", NOW)
    assert envelope.lineage == Lineage("id-1")


def test_an_event_that_no_broker_would_take_is_refused_before_it_holds_up_the_outbox() -> None:
    outbox = SqlOutbox(TABLES.outbox, EventFactory("urn:isopolity:test", Ticking(), uuid7))
    city = city_event("1").data
    outbox.publish(REVISED, city.model_copy(update={"web": "x" * 900_000}))
    with pytest.raises(MessageTooLarge, match=r"at most 980000 are allowed"):
        outbox.publish(REVISED, city.model_copy(update={"web": "x" * 980_000}))


def test_what_an_event_causes_belongs_to_its_chain_and_trace() -> None:
    ids = numbered_ids()
    factory = EventFactory("urn:isopolity:test", Ticking(), lambda: next(ids))
    with lineage_of(Lineage("request-1", None, TRACE)):
        cause = factory.event(CANARY_SOUNDED, canary()).envelope
    with lineage_of(caused_by(cause)):
        effect = factory.event(CANARY_SOUNDED, canary()).envelope
    assert effect.lineage == Lineage("request-1", cause.id, TRACE)
    assert current_lineage() is None


async def test_a_signal_given_before_waiting_is_not_lost() -> None:
    signal = ProcessSignal()
    signal.wake()
    async with asyncio.timeout(60):
        await signal.wait(3600)


async def test_a_signal_wakes_who_waits_and_only_once() -> None:
    signal = ProcessSignal()
    waiting = asyncio.create_task(signal.wait(3600))
    await asyncio.sleep(0)
    signal.wake()
    async with asyncio.timeout(60):
        await waiting
    again = asyncio.create_task(signal.wait(0.01))
    await asyncio.sleep(0)
    assert not again.done()
    await again


@pytest.mark.parametrize("turns", range(4))
async def test_a_stop_is_heard_while_the_signal_wakes(turns: int) -> None:
    signal = ProcessSignal()
    waiting = asyncio.create_task(signal.wait(3600))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    signal.wake()
    for _ in range(turns):
        await asyncio.sleep(0)
    stopped_in_time = waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled() == stopped_in_time


class DriverError(Exception):
    """The error that a driver raises, with the code of PostgreSQL or of SQLite."""

    def __init__(self, text: str, sqlstate: str | None = None, code: int | None = None) -> None:
        super().__init__(text)
        self.sqlstate = sqlstate
        self.sqlite_errorcode = code


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (DatabaseUnavailable("no connection to the database"), True),
        (PoolTimeout(), True),
        (OperationalError("", {}, DriverError("the system is starting up", "57P03")), True),
        (OperationalError("", {}, DriverError("deadlock detected", "40P01")), True),
        (OperationalError("", {}, DriverError("too many connections", "53300")), True),
        (OperationalError("", {}, DriverError("connection failure", "08006")), True),
        (OperationalError("", {}, DriverError("database is locked", code=sqlite3.SQLITE_BUSY_SNAPSHOT)), True),
        (OperationalError("", {}, DriverError("gone"), connection_invalidated=True), True),
        (OperationalError("", {}, DriverError("database table is locked", code=sqlite3.SQLITE_LOCKED)), False),
        (OperationalError("", {}, DriverError("the words “locked” are no code", "42P01")), False),
        (OperationalError("", {}, DriverError("in failed sql transaction", "25P02")), False),
        (OperationalError("", {}, DriverError("object not in prerequisite state", "55000")), False),
        (OperationalError("", {}, DriverError("transaction integrity constraint violation", "40002")), False),
        (IntegrityError("", {}, DriverError("duplicate key", "23505")), False),
        (OperationalError("", {}, DriverError("no such table: notes", code=sqlite3.SQLITE_ERROR)), False),
        (FileNotFoundError("a template of the handler"), False),
        (PermissionError("a file of the handler"), False),
        (TimeoutError("a call of the handler"), False),
        (ZeroDivisionError(), False),
    ],
)
def test_a_database_that_is_away_or_busy_is_told_from_a_bug(error: Exception, away: bool) -> None:
    assert is_unavailable(error) is away


def test_each_code_that_means_away_has_its_reason() -> None:
    assert all(AWAY_SQLSTATES.values())
    assert {len(code) for code in AWAY_SQLSTATES} == {2, 5}
    names = {code: reason.partition(":")[0] for code, reason in AWAY_SQLITE_CODES.items()}
    assert names == {getattr(sqlite3, name): name for name in names.values()}

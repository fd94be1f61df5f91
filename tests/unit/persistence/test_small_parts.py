"""Types, headers, the process's signal and the events' factory, without a database."""

import asyncio
import errno
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from isopolity.contracts.event import Lineage
from isopolity.contracts.event_types import CANARY_SOUNDED
from isopolity.identity.lineage import caused_by, current_lineage, lineage_of
from isopolity.machine.clock import uuid7
from isopolity.messaging.broker import dump_headers, load_headers
from isopolity.messaging.errors import MessageTooLarge
from isopolity.persistence.database import DatabaseUnavailable, is_unavailable
from isopolity.persistence.health import AWAY_SQLITE_CODES, AWAY_SQLSTATES, surroundings_of
from isopolity.persistence.portable_sql import UtcDateTime
from isopolity.persistence.relay import ProcessSignal
from isopolity.persistence.unit_of_work import EventFactory, SqlOutbox
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
        (OperationalError("", {}, DriverError("permission denied for table notes", "42501")), True),
        (OperationalError("", {}, DriverError('relation "notes" does not exist', "42P01")), True),
        (OperationalError("", {}, DriverError("the words “locked” are no code", "42703")), False),
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


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            DriverError("permission denied for table notes\nDETAIL: of Ada", "42501"),
            "The database cannot be written, because its role lacks a right (permission denied for table notes). "
            "Grant the role of the service all rights on its tables; then it goes on by itself",
        ),
        (DriverError("No space left on device", "53100"), "because its disk is full"),
        (DriverError("a limit of the server", "53400"), "because a quota or a limit on sizes is reached"),
        (DriverError("cannot execute UPDATE in a read-only transaction", "25006"), "its server takes no changes"),
        (DriverError("attempt to write a readonly database", code=sqlite3.SQLITE_READONLY), "it is read-only"),
        (DriverError("database or disk is full", code=sqlite3.SQLITE_FULL), "its disk is full"),
        (DriverError("disk I/O error", code=sqlite3.SQLITE_IOERR_WRITE), "its disk refuses"),
        (DriverError("unable to open database file", code=sqlite3.SQLITE_CANTOPEN), "it cannot be opened"),
        (DriverError("file is not a database", code=sqlite3.SQLITE_NOTADB), "it is damaged"),
    ],
)
def test_fault_of_the_surroundings_says_what_to_do(error: Exception, words: str) -> None:
    why = surroundings_of(DBAPIError("UPDATE notes", {}, error))
    assert why is not None
    assert words in why.of("The database")


@pytest.mark.parametrize(
    ("error", "is_of_the_surroundings"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (PermissionError(errno.EACCES, "a file of the handler"), False),
        (FileNotFoundError(errno.ENOENT, "a template of the handler"), False),
        (IntegrityError("", {}, DriverError("duplicate key", "23505")), False),
        (OperationalError("", {}, DriverError("deadlock detected", "40P01")), False),
        (DatabaseUnavailable("the database did not answer"), False),
        (ZeroDivisionError(), False),
    ],
)
def test_outages_and_bugs_are_no_fault_that_a_person_mends_in_the_surroundings(
    error: Exception, is_of_the_surroundings: bool
) -> None:
    assert (surroundings_of(error) is not None) is is_of_the_surroundings


def test_each_code_that_means_away_has_its_reason() -> None:
    assert all(AWAY_SQLSTATES.values())
    assert {len(code) for code in AWAY_SQLSTATES} == {2, 5}
    names = {code: reason.partition(":")[0] for code, reason in AWAY_SQLITE_CODES.items()}
    assert names == {getattr(sqlite3, name): name for name in names.values()}

"""Which errors mean that the database is away: on a real PostgreSQL and a real SQLite, each made to fail that way."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.database import Database, DatabaseUnavailable, is_unavailable
from isopolity.persistence.health import QueryTooSlow
from tests.support.polling import until

Work = Callable[[Database], Awaitable[None]]


@asynccontextmanager
async def opened(url: str, **connect_args: object) -> AsyncIterator[Database]:
    before = set(threading.enumerate())
    database = Database.open(url, connect_args=connect_args)
    try:
        yield database
    finally:
        await database.close()
        await connection_threads_ended(before)


async def connection_threads_ended(before: set[threading.Thread]) -> None:
    """Wait for aiosqlite's threads: one whose connection failed answers once more, and needs the event loop for it.

    Those that ran `before` are of other tests.
    """
    for thread in set(threading.enumerate()) - before:
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, 10)


async def failure_of(work: Awaitable[object]) -> Exception:
    with pytest.raises(Exception) as failed:  # noqa: PT011 - the test asks what it is
        await work
    return failed.value


def code(error: Exception) -> object:
    assert isinstance(error, DBAPIError)
    return getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)


async def execute(database: Database, *statements: str) -> None:
    async with database.writing() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)
        await connection.commit()


@pytest.fixture
async def database(postgres: str) -> AsyncIterator[Database]:
    async with opened(postgres) as database:
        await execute(
            database, "CREATE TABLE things (id int PRIMARY KEY, n int)", "INSERT INTO things VALUES (1,0), (2,0)"
        )
        yield database


@pytest.mark.postgres
class TestPostgres:
    async def test_a_session_that_an_operator_ended(self, database: Database) -> None:
        async with database.writing() as connection, database.reading() as operator:
            pid = (await connection.exec_driver_sql("SELECT pg_backend_pid()")).scalar_one()
            await operator.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
            assert is_unavailable(await failure_of(connection.exec_driver_sql("SELECT 1")))

    async def test_too_many_connections(self, database: Database, postgres: str) -> None:
        role = f"test_{uuid4().hex}"
        await execute(database, f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 1")
        url = make_url(postgres).set(username=role).render_as_string()
        try:
            async with opened(url) as limited, limited.reading():
                error = await failure_of(limited.ping())
        finally:
            await execute(database, f"DROP ROLE {role}")
        assert isinstance(error, DatabaseUnavailable)
        assert isinstance(error.__cause__, asyncpg.TooManyConnectionsError)
        assert is_unavailable(error)

    async def test_a_server_that_refuses_the_connection_blames_no_statement(self, postgres: str) -> None:
        for url in ("postgresql://nobody@127.0.0.1:1/nowhere", make_url(postgres).set(database="nowhere_at_all")):
            async with opened(str(url)) as refused:
                assert isinstance(await failure_of(refused.ping()), DatabaseUnavailable)

    async def test_an_answer_that_does_not_come(self, postgres: str) -> None:
        async with opened(postgres, command_timeout=0.1) as database:
            error = await failure_of(execute(database, "SELECT pg_sleep(30)"))
            assert isinstance(error, DatabaseUnavailable)
            assert isinstance(error.__cause__, TimeoutError)

            async def answers() -> bool:  # in time, which a machine that stands still does not
                with suppress(DatabaseUnavailable):
                    await database.ping()
                    return True
                return False

            await until(answers)

    @pytest.mark.parametrize(
        ("limit", "statement", "sqlstate"),
        [
            ("lock_timeout = '50ms'", "LOCK TABLE things", "55P03"),
            ("lock_timeout = 0", "LOCK TABLE things NOWAIT", "55P03"),
            (
                "temp_file_limit = '64kB'",
                "SELECT count(*) FROM (SELECT repeat('x', 100) || n FROM generate_series(1, 200000) n ORDER BY 1) t",
                "53400",
            ),
        ],
    )
    async def test_a_limit_of_the_server(self, database: Database, limit: str, statement: str, sqlstate: str) -> None:
        async with database.writing() as holder, database.writing() as connection:
            await holder.exec_driver_sql("LOCK TABLE things")
            await connection.exec_driver_sql("SET LOCAL work_mem = '64kB'")
            await connection.exec_driver_sql(f"SET LOCAL {limit}")
            error = await failure_of(connection.exec_driver_sql(statement))
        assert code(error) == sqlstate
        assert is_unavailable(error)

    async def test_a_query_that_is_too_slow_is_no_server_that_is_away(self, database: Database) -> None:
        for times in range(1, 4):
            async with database.writing() as connection:
                await connection.exec_driver_sql("SET LOCAL statement_timeout = '50ms'")
                error = await failure_of(connection.exec_driver_sql("SELECT pg_sleep(30), n FROM things"))
            assert isinstance(error, QueryTooSlow)
            assert error.is_stopped == (times == 3)
            assert is_unavailable(error)
        async with database.writing() as connection:  # it is not sent, and all others are
            with pytest.raises(QueryTooSlow, match=r"A query on things takes too long: .* 3 times in a row"):
                await connection.exec_driver_sql("SELECT pg_sleep(30), n FROM things")
            await connection.exec_driver_sql("SELECT n FROM things")
        assert len(database.slow.sentences()) == 1

    async def test_limits_tell_a_slow_query_and_a_lock_from_a_server_that_is_away(self, database: Database) -> None:
        async with database.reading() as connection:
            limits = [
                (await connection.exec_driver_sql(f"SHOW {name}")).scalar_one()
                for name in ("lock_timeout", "statement_timeout")
            ]
        assert limits == ["45s", "55s"]  # the driver waits for 60 s

    async def test_a_disk_that_is_full(self, database: Database) -> None:
        full = "DO $$ BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
        error = await failure_of(execute(database, full))
        assert code(error) == "53100"
        assert is_unavailable(error)

    async def test_a_transaction_that_cannot_be_serialized(self, database: Database) -> None:
        async with database.writing() as loser:
            await loser.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            await loser.exec_driver_sql("SELECT * FROM things")
            await execute(database, "UPDATE things SET n = n + 1")
            error = await failure_of(loser.exec_driver_sql("UPDATE things SET n = n + 1"))
        assert code(error) == "40001"
        assert is_unavailable(error)

    async def test_a_deadlock(self, database: Database) -> None:
        async def both(connection: AsyncConnection, other: str) -> None:
            await connection.exec_driver_sql(other)
            await connection.commit()

        async with database.writing() as one, database.writing() as two:
            first, second = (f"UPDATE things SET n = 1 WHERE id = {number}" for number in (1, 2))  # noqa: S608 - ours
            await one.exec_driver_sql(first)
            await two.exec_driver_sql(second)
            ends = await asyncio.gather(both(one, second), both(two, first), return_exceptions=True)
        (error,) = [end for end in ends if isinstance(end, Exception)]
        assert code(error) == "40P01"
        assert is_unavailable(error)

    async def test_a_primary_that_was_demoted_is_left_for_its_successor(self, database: Database) -> None:
        async with database.reading() as connection:
            demoted = (await connection.exec_driver_sql("SELECT pg_backend_pid()")).scalar_one()
            await connection.exec_driver_sql("SET default_transaction_read_only = on")
            await connection.commit()
        error = await failure_of(execute(database, "UPDATE things SET n = 5"))
        assert code(error) == "25006"
        assert is_unavailable(error)
        async with database.writing() as connection:
            assert (await connection.exec_driver_sql("SELECT pg_backend_pid()")).scalar_one() != demoted
            await connection.exec_driver_sql("UPDATE things SET n = 5")

    async def test_a_migration_under_a_prepared_statement(self, database: Database) -> None:
        async with database.writing() as connection:
            await connection.exec_driver_sql("SELECT * FROM things")
            await connection.commit()
            await execute(database, "ALTER TABLE things ADD COLUMN more text")
            error = await failure_of(connection.exec_driver_sql("SELECT * FROM things"))
            assert is_unavailable(error)
            await connection.rollback()
            await connection.exec_driver_sql("SELECT * FROM things")

    async def test_going_on_in_a_transaction_that_has_failed_is_a_bug(self, database: Database) -> None:
        async with database.writing() as connection:
            for sqlstate in ("42703", "25P02"):
                error = await failure_of(connection.exec_driver_sql("SELECT nothing FROM things"))
                assert code(error) == sqlstate
                assert not is_unavailable(error)

    @pytest.mark.parametrize(
        ("statement", "sqlstate"),
        [
            ("INSERT INTO things VALUES (1, 1)", "23505"),
            ("SELECT nothing FROM things", "42703"),
            ("SELECT 1/0", "22012"),
            ("VACUUM things", "25001"),
        ],
    )
    async def test_a_statement_that_is_wrong_is_a_bug(self, database: Database, statement: str, sqlstate: str) -> None:
        error = await failure_of(execute(database, statement))
        assert code(error) == sqlstate
        assert not is_unavailable(error)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "things.db"


@pytest.fixture
async def file(path: Path) -> AsyncIterator[Database]:
    async with opened(f"sqlite+aiosqlite:///{path}") as database:
        await execute(database, "CREATE TABLE things (id integer PRIMARY KEY, n)", "INSERT INTO things VALUES (1, 0)")
        yield database


class TestSqlite:
    async def test_a_disk_that_is_full(self, file: Database) -> None:
        full = ("PRAGMA max_page_count = 3", "INSERT INTO things (n) VALUES (randomblob(100000))")
        error = await failure_of(execute(file, *full))
        assert code(error) == "SQLITE_FULL"
        assert is_unavailable(error)

    async def test_a_file_that_another_process_writes(self, file: Database, path: Path) -> None:
        async with file.reading() as connection:
            await connection.exec_driver_sql("PRAGMA busy_timeout = 10")
            await connection.rollback()
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            error = await failure_of(execute(file, "UPDATE things SET n = 1"))
        finally:
            other.close()
        assert code(error) == "SQLITE_BUSY"
        assert is_unavailable(error)

    async def test_a_view_that_is_too_old_to_write_from(self, file: Database, path: Path) -> None:
        async with file.reading() as connection:
            await connection.exec_driver_sql("SELECT * FROM things")
            await execute(file, "UPDATE things SET n = 1")
            error = await failure_of(connection.exec_driver_sql("UPDATE things SET n = 2"))
        assert code(error) == "SQLITE_BUSY_SNAPSHOT"
        assert is_unavailable(error)

    async def test_a_file_that_became_read_only(self, file: Database, path: Path) -> None:
        async with opened(f"sqlite+aiosqlite:///file:{path}?mode=ro&uri=true") as reading:
            error = await failure_of(execute(reading, "UPDATE things SET n = 1"))
        assert str(code(error)).startswith("SQLITE_READONLY")
        assert is_unavailable(error)

    async def test_a_folder_that_is_away(self, tmp_path: Path) -> None:
        async with opened(f"sqlite+aiosqlite:///{tmp_path / 'away' / 'things.db'}") as database:
            error = await failure_of(database.ping())
        assert code(error) == "SQLITE_CANTOPEN"
        assert is_unavailable(error)

    async def test_what_gets_in_the_way_of_itself_is_a_bug(self, file: Database) -> None:
        async with file.writing() as connection:
            raw: Any = (await connection.get_raw_connection()).driver_connection
            open_statement = await raw.execute("SELECT * FROM things UNION ALL SELECT 2, 2")
            await open_statement.fetchone()
            error = await failure_of(connection.exec_driver_sql("DROP TABLE things"))
            await open_statement.close()
        assert code(error) == "SQLITE_LOCKED"
        assert not is_unavailable(error)

    async def test_a_file_that_is_no_database_needs_a_person(self, tmp_path: Path) -> None:
        (tmp_path / "letters").write_bytes(os.urandom(8192))
        async with opened(f"sqlite+aiosqlite:///{tmp_path / 'letters'}") as database:
            error = await failure_of(database.ping())
        assert code(error) == "SQLITE_NOTADB"
        assert not is_unavailable(error)

    async def test_a_statement_that_is_wrong_is_a_bug(self, file: Database) -> None:
        error = await failure_of(execute(file, "SELECT nothing FROM nowhere"))
        assert code(error) == "SQLITE_ERROR"
        assert not is_unavailable(error)
        double = await failure_of(execute(file, "INSERT INTO things VALUES (1, 1)"))
        assert isinstance(double, IntegrityError)
        assert not is_unavailable(double)

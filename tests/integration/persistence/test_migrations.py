"""Every service's migrations lead, on both databases, to the tables that its code uses, and back to nothing."""

import asyncio
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text
from structlog.testing import capture_logs

from isopolity.persistence.database import Database
from isopolity.persistence.migrations import UnknownRevision, downgrade, is_current, upgrade

SERVICES = ("registry", "matching", "notify", "portal")


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = Database.open(url)
    yield opened
    await opened.close()


def metadata_of(service: str) -> MetaData:
    import_module(f"isopolity.{service}.bootstrap")  # which knows all tables, also those of a room of their own
    names = vars(import_module(f"isopolity.{service}.adapters.sql.tables"))
    (metadata,) = {value for value in names.values() if isinstance(value, MetaData)}
    return metadata


@pytest.mark.filterwarnings("ignore:autogenerate skipping .* dialect 'sqlite':UserWarning")
@pytest.mark.parametrize("service", SERVICES)
async def test_migrations_make_the_tables_that_the_code_uses(database: Database, service: str) -> None:
    await upgrade(database, f"isopolity.{service}")

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata_of(service)))

    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []


@pytest.mark.parametrize("service", SERVICES)
async def test_migrations_go_back_to_nothing_and_forward_again(database: Database, service: str) -> None:
    package = f"isopolity.{service}"
    await upgrade(database, package)
    assert await is_current(database, package)
    await downgrade(database, package, "base")
    assert not await is_current(database, package)
    async with database.reading() as connection:
        left = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert left == ["alembic_version"]
    await upgrade(database, package)
    assert await is_current(database, package)


@pytest.mark.parametrize("service", SERVICES)
async def test_an_upgrade_run_twice_changes_nothing(database: Database, service: str) -> None:
    await upgrade(database, f"isopolity.{service}")
    await upgrade(database, f"isopolity.{service}")
    assert await is_current(database, f"isopolity.{service}")


@pytest.mark.parametrize(("revision", "told"), [("0007", "first with commit e4c2631f5"), ("9999", "a newer one")])
async def test_a_revision_that_is_no_step_of_this_release_is_told(database: Database, revision: str, told: str) -> None:
    await upgrade(database, "isopolity.portal")
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
        await connection.commit()
    with pytest.raises(UnknownRevision, match=f"is at revision {revision}, .*{told}"):
        await upgrade(database, "isopolity.portal")


SLOW_MIGRATION = """
from alembic import op

revision, down_revision = "0001", None


def upgrade() -> None:
    op.execute("CREATE TABLE slow (id int)")
    op.execute("SELECT pg_sleep(1)")


def downgrade() -> None:
    op.execute("DROP TABLE slow")
"""
ENVIRONMENT = """
from sqlalchemy import MetaData
from isopolity.persistence.migrations import run_in_environment

run_in_environment(MetaData())
"""


@pytest.fixture
def slow_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A service of whose migrations the only one takes a second."""
    name = f"slow_{uuid4().hex}"
    versions = tmp_path / name / "migrations" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / name / "__init__.py").touch()
    (versions.parent / "env.py").write_text(ENVIRONMENT)
    (versions / "0001_slow.py").write_text(SLOW_MIGRATION)
    monkeypatch.syspath_prepend(tmp_path)
    return name


@pytest.fixture
async def hurried(postgres: str) -> AsyncIterator[Database]:
    """A database whose settings end every statement and every wait after less than a second."""
    opened = Database.open(postgres)
    async with opened.writing() as connection:
        for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            await connection.exec_driver_sql(f"ALTER DATABASE {opened.engine.url.database} SET {limit} = '500ms'")
        await connection.commit()
    await opened.close()
    hurried = Database.open(postgres, connect_args={"command_timeout": 0.5})
    yield hurried
    await hurried.close()


@pytest.mark.postgres
async def test_a_migration_may_last_longer_than_a_statement_of_a_service(hurried: Database, slow_package: str) -> None:
    with capture_logs() as logs:
        await upgrade(hurried, slow_package)
    assert await is_current(hurried, slow_package)
    started, ended = logs
    assert (started["event"], started["revision"]) == ("migration_started", "0001")
    assert (ended["event"], ended["revision"]) == ("migration_ended", "0001")
    assert ended["seconds"] >= 1


@pytest.mark.postgres
async def test_a_migration_waits_for_another_and_says_so(hurried: Database, slow_package: str) -> None:
    with capture_logs() as logs:
        await asyncio.gather(*(upgrade(hurried, slow_package) for _ in range(3)))
    assert await is_current(hurried, slow_package)
    assert [log["event"] for log in logs].count("migration_started") == 1
    assert {log["reason"] for log in logs if log["event"] == "migration_waits"} == {
        "another process migrates this database"
    }

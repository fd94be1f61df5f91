"""Every service's migrations lead, on both databases, to the tables that its code uses, and back to nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text
from sqlalchemy.exc import DBAPIError
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
CONCURRENT_MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade() -> None:
    op.create_table("large", sa.Column("id", sa.Integer))
    with op.get_context().autocommit_block():
        op.create_index("ix_large_id", "large", ["id"], postgresql_concurrently=True)


def downgrade() -> None:
    op.drop_table("large")
"""
FAILING_MIGRATION = """
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    op.execute("CREATE TABLE half (id int)")
    op.execute("SELECT 1 / 0")


def downgrade() -> None:
    op.execute("DROP TABLE half")
"""
ENVIRONMENT = """
from sqlalchemy import MetaData
from isopolity.persistence.migrations import run_in_environment

run_in_environment(MetaData())
"""


@pytest.fixture
def package_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Make a service with these migrations."""

    def made(*migrations: str) -> str:
        name = f"made_{uuid4().hex}"
        versions = tmp_path / name / "migrations" / "versions"
        versions.mkdir(parents=True)
        (tmp_path / name / "__init__.py").touch()
        (versions.parent / "env.py").write_text(ENVIRONMENT)
        for number, migration in enumerate(migrations, 1):
            (versions / f"{number:04}_made.py").write_text(migration)
        monkeypatch.syspath_prepend(tmp_path)
        return name

    return made


@pytest.fixture
def slow_package(package_of: Callable[..., str]) -> str:
    """A service of whose migrations the only one takes a second."""
    return package_of(SLOW_MIGRATION)


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


@pytest.mark.postgres
async def test_an_index_is_made_while_others_write_and_wait_for_the_migration(
    hurried: Database, package_of: Callable[..., str]
) -> None:
    package = package_of(CONCURRENT_MIGRATION)
    await asyncio.gather(*(upgrade(hurried, package) for _ in range(3)))
    async with hurried.reading() as connection:
        indexes = await connection.run_sync(lambda sync: inspect(sync).get_indexes("large"))
    assert [index["name"] for index in indexes] == ["ix_large_id"]


@pytest.mark.postgres
async def test_a_migration_that_fails_leaves_nothing_of_itself(
    hurried: Database, package_of: Callable[..., str]
) -> None:
    package = package_of(CONCURRENT_MIGRATION, FAILING_MIGRATION)
    for _ in range(2):  # the second time goes on where the first one stopped
        with pytest.raises(DBAPIError, match="division by zero"):
            await upgrade(hurried, package)
        async with hurried.reading() as connection:
            tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
            at = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one()
        assert (sorted(tables), at) == (["alembic_version", "large"], "0001")

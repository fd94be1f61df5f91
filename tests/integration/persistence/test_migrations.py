"""Every service's migrations lead, on both databases, to the tables that its code uses, and back to nothing."""

from collections.abc import AsyncIterator
from importlib import import_module

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect

from isopolity.persistence.database import Database
from isopolity.persistence.migrations import downgrade, is_current, upgrade

SERVICES = ("registry", "matching", "notify")


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = Database.open(url)
    yield opened
    await opened.close()


def metadata_of(service: str) -> MetaData:
    names = vars(import_module(f"isopolity.{service}.adapters.tables"))
    (metadata,) = {value for value in names.values() if isinstance(value, MetaData)}
    return metadata


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

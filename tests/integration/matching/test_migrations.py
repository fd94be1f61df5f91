"""The migrations run forward and back, and give the tables that the code defines."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from isopolity.matching.adapters.tables import METADATA
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import downgrade, is_current, upgrade

PACKAGE = "isopolity.matching"


async def test_migrations_give_the_tables_of_the_code(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))

    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrations_go_back_to_nothing_and_forward_again(database: Database) -> None:
    await downgrade(database, PACKAGE, "base")
    async with database.reading() as connection:
        left = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    assert left <= {"alembic_version"}
    await upgrade(database, PACKAGE)
    assert await is_current(database, PACKAGE)

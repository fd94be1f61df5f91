"""The migrations run forward and back, and make exactly the tables that the adapters use."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, inspect

from isopolity.persistence.database import Database
from isopolity.persistence.migrations import downgrade, is_current, upgrade
from isopolity.registry.adapters.tables import metadata, twinnings

PACKAGE = "isopolity.registry"


def differences(connection: Connection) -> list[object]:
    found: list[object] = compare_metadata(MigrationContext.configure(connection), metadata)
    return found


def table_names(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


async def test_claims_become_retracted_on_the_way_back(url: str) -> None:
    database = Database.open(url)
    try:
        await upgrade(database, PACKAGE)
        rows = [
            {"id": f"{status}:z", "natural_key": f"{status}:z", "version": 3, "status": status, "city_a": status}
            | {"city_b": "z", "since": None, "claimed_by": None if status == "declared" else status}
            for status in ("claimed", "declared", "refused")
        ]
        async with database.writing() as connection:
            await connection.execute(insert(twinnings), rows)
            await connection.commit()
        await downgrade(database, PACKAGE, "0005")
        async with database.reading() as connection:
            found = (await connection.exec_driver_sql("SELECT status, version FROM twinnings ORDER BY id")).all()
        assert [tuple(row) for row in found] == [("retracted", 3), ("declared", 3), ("retracted", 3)]
        await upgrade(database, PACKAGE)
        assert await is_current(database, PACKAGE)
    finally:
        await database.close()


async def test_migrations_run_forward_back_and_forward_again(url: str) -> None:
    database = Database.open(url)
    try:
        await upgrade(database, PACKAGE)
        async with database.reading() as connection:
            assert await connection.run_sync(table_names) == set(metadata.tables)
            assert await connection.run_sync(differences) == []
        await downgrade(database, PACKAGE, "base")
        async with database.reading() as connection:
            assert await connection.run_sync(table_names) == set()
        assert not await is_current(database, PACKAGE)
        await upgrade(database, PACKAGE)
        assert await is_current(database, PACKAGE)
    finally:
        await database.close()

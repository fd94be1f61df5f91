"""notify's migrations run forward and back, and make the tables that the code declares."""

from sqlalchemy import Connection, inspect

from isopolity.notify.adapters.sql.tables import metadata
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import downgrade, is_current, upgrade
from tests.support.notify.bench import bench_on
from tests.support.notify.events import applicant, confirmation_event, contact_event, proposal_event

PACKAGE = "isopolity.notify"


def _columns(connection: Connection) -> dict[str, dict[str, bool]]:
    inspector = inspect(connection)
    names = [name for name in inspector.get_table_names() if name != "alembic_version"]
    return {name: {str(c["name"]): bool(c["nullable"]) for c in inspector.get_columns(name)} for name in names}


def _indexes(connection: Connection) -> set[str]:
    inspector = inspect(connection)
    return {str(index["name"]) for name in inspector.get_table_names() for index in inspector.get_indexes(name)}


async def test_the_migrated_tables_are_those_that_the_code_declares(empty: Database) -> None:
    await upgrade(empty, PACKAGE)
    async with empty.reading() as connection:
        columns, indexes = await connection.run_sync(_columns), await connection.run_sync(_indexes)
    declared = {t.name: {c.name: bool(c.nullable) for c in t.columns} for t in metadata.sorted_tables}
    assert columns == declared
    assert {str(index.name) for table in metadata.sorted_tables for index in table.indexes} <= indexes


async def test_migrations_go_back_to_an_empty_database_and_forward_again(empty: Database) -> None:
    await upgrade(empty, PACKAGE)
    await downgrade(empty, PACKAGE, "base")
    async with empty.reading() as connection:
        assert await connection.run_sync(_columns) == {}
    assert not await is_current(empty, PACKAGE)
    await upgrade(empty, PACKAGE)
    assert await is_current(empty, PACKAGE)


async def test_with_data_in_the_tables_migrations_go_back_to_the_first_and_forward_again(empty: Database) -> None:
    await upgrade(empty, PACKAGE)
    bench = bench_on(empty)
    bench.applicants.waiting["confirmation-1"] = applicant()
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event(), confirmation_event())
    await bench.handle(contact_event("a", 2, "erased"))
    await bench.sender().send_due()
    before = [mail for mail in await bench.mails() if mail.proposal_id is not None]
    await downgrade(empty, PACKAGE, "0001")
    await upgrade(empty, PACKAGE)
    after = await bench.mails()
    assert [(mail.mail_id, mail.occasion_id, mail.state) for mail in after] == [
        (mail.mail_id, mail.occasion_id, mail.state) for mail in before
    ]
    assert not any(mail.link_bound for mail in after)
    assert await bench.contact("contact-a") is None
    assert await bench.contact("contact-b") is not None

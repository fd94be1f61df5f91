"""notify's migrations run forward and back, and make the tables that the code declares."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from isopolity.notify.adapters.sql.tables import metadata
from isopolity.notify.domain.mail import Purpose
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import downgrade, is_current, upgrade
from tests.support.notify.bench import bench_on
from tests.support.notify.events import applicant, confirmation_event, contact_event, ended_event, proposal_event

PACKAGE = "isopolity.notify"


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


async def test_the_migrated_tables_are_those_that_the_code_declares(empty: Database) -> None:
    await upgrade(empty, PACKAGE)
    async with empty.reading() as connection:
        assert await connection.run_sync(_differences) == []


async def test_migrations_go_back_to_an_empty_database_and_forward_again(empty: Database) -> None:
    await upgrade(empty, PACKAGE)
    await downgrade(empty, PACKAGE, "base")
    async with empty.reading() as connection:
        assert await connection.run_sync(_tables) == set()
    assert not await is_current(empty, PACKAGE)
    await upgrade(empty, PACKAGE)
    assert await is_current(empty, PACKAGE)


async def test_with_data_in_the_tables_migrations_go_back_to_the_first_and_forward_again(empty: Database) -> None:
    await upgrade(empty, PACKAGE)
    bench = bench_on(empty)
    bench.applicants.waiting["confirmation-1"] = applicant()
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event(), confirmation_event())
    await bench.handle(ended_event())
    await bench.handle(contact_event("a", 2, "erased"))
    await bench.sender().send_due()
    before = [mail for mail in await bench.mails() if mail.purpose is Purpose.PROPOSAL]
    await downgrade(empty, PACKAGE, "0001")
    await upgrade(empty, PACKAGE)
    after = await bench.mails()
    assert [(mail.mail_id, mail.occasion_id, mail.state) for mail in after] == [
        (mail.mail_id, mail.occasion_id, mail.state) for mail in before
    ]
    assert not any(mail.link_bound for mail in after)
    assert await bench.contact("contact-a") is None
    assert await bench.contact("contact-b") is not None

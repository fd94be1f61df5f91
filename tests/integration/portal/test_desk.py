"""Who of staff has taken what waits: in memory and in databases alike."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from isopolity.persistence.database import Database
from isopolity.portal.adapters.sql.desk import SqlDeskBook
from isopolity.portal.adapters.sql.retention import KINDS
from isopolity.portal.adapters.sql.tables import desk
from isopolity.portal.application.ports import DeskBook
from isopolity.portal.domain.session import Account
from tests.support.portal.service import FakeDesk

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def person(name: str) -> Account:
    return Account(
        account_id=f"person-{name}", kind="staff", name=name, scopes=("staff",), member_kind=None, member_id=None,
        member_name=None, role=None,
    )  # fmt: skip


@pytest.fixture(params=[False, True], ids=["fake", "sql"])
def book(request: pytest.FixtureRequest, database: Database) -> DeskBook:
    return SqlDeskBook(database) if request.param else FakeDesk()


async def test_a_thing_has_one_owner_and_who_is_second_does_not_take_it_away(book: DeskBook) -> None:
    await book.take("changes", "one", person("Mia"), NOW)
    await book.take("changes", "one", person("Ole"), LATER)
    found = await book.entries("changes", ["one", "two"])
    assert {item: (each.owner, each.taken_at, each.done_at) for item, each in found.items()} == {
        "one": ("Mia", NOW, None)
    }
    assert await book.entries("drafts", ["one"]) == {}
    await book.give_back("changes", "one")
    assert await book.entries("changes", ["one"]) == {}


async def test_what_is_done_stays_done(book: DeskBook) -> None:
    await book.finish("feedback", "one", person("Mia"), NOW)
    await book.give_back("feedback", "one")
    await book.finish("feedback", "one", person("Ole"), LATER)
    entry = (await book.entries("feedback", ["one"]))["one"]
    assert (entry.owner_id, entry.done_at) == ("person-Mia", NOW)


async def test_who_finishes_what_another_has_taken_owns_it_and_no_name_stays(book: DeskBook) -> None:
    await book.take("feedback", "one", person("Mia"), NOW)
    await book.finish("feedback", "one", person("Ole"), LATER)
    entry = (await book.entries("feedback", ["one"]))["one"]
    assert (entry.owner_id, entry.owner, entry.taken_at, entry.done_at) == ("person-Ole", "", NOW, LATER)


async def test_a_name_stays_for_thirty_days_and_what_is_done_for_longer(database: Database) -> None:
    book = SqlDeskBook(database)
    await book.take("changes", "open", person("Mia"), NOW)
    await book.finish("changes", "done", person("Mia"), NOW)
    for kind in KINDS:
        if kind.tables == (desk,) and kind.due is not None:
            async with database.writing() as connection:
                await connection.execute(delete(desk).where(kind.due(NOW + timedelta(days=31 - (kind.days or 0)))))
                await connection.commit()
    assert set(await book.entries("changes", ["open", "done"])) == {"done"}

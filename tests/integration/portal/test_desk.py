"""Who of staff has taken what waits: in memory and in databases alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from isopolity.persistence.database import Database
from isopolity.portal.adapters.sql.desk import SqlDeskBook
from isopolity.portal.adapters.sql.retention import KINDS
from isopolity.portal.adapters.sql.tables import desk
from isopolity.portal.application.ports import DeskBook
from isopolity.portal.domain.desk import Entry
from isopolity.portal.domain.session import Account
from tests.support.portal.service import FakeDesk

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
DAY = NOW.date() + timedelta(days=7)


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
    await book.give_back("changes", "one", LATER)
    assert await book.entries("changes", ["one"]) == {}


async def test_what_is_done_stays_done(book: DeskBook) -> None:
    await book.finish("feedback", "one", person("Mia"), NOW)
    await book.give_back("feedback", "one", LATER)
    await book.finish("feedback", "one", person("Ole"), LATER)
    entry = (await book.entries("feedback", ["one"]))["one"]
    assert (entry.owner_id, entry.done_at) == ("person-Mia", NOW)


async def test_who_finishes_what_another_has_taken_owns_it_and_no_name_stays(book: DeskBook) -> None:
    await book.take("feedback", "one", person("Mia"), NOW)
    await book.finish("feedback", "one", person("Ole"), LATER)
    entry = (await book.entries("feedback", ["one"]))["one"]
    assert (entry.owner_id, entry.owner, entry.taken_at, entry.done_at) == ("person-Ole", "", NOW, LATER)


async def test_a_task_without_an_owner_keeps_its_days_and_comment_and_can_be_taken(book: DeskBook) -> None:
    noted = Entry(taken_at=NOW, due=DAY, not_before=DAY, comment="Called; wants a week.")
    assert await book.plan("changes", "one", noted, None)
    assert await book.entries("changes", ["one"]) == {"one": noted}
    await book.take("changes", "one", person("Mia"), LATER)
    taken = replace(noted, owner_id="person-Mia", owner="Mia", taken_at=LATER)
    assert await book.entries("changes", ["one"]) == {"one": taken}
    assert await book.owned_by("person-Mia") == {("changes", "one"): taken}
    await book.give_back("changes", "one", NOW)
    assert await book.entries("changes", ["one"]) == {"one": noted}
    assert await book.plan("changes", "one", Entry(taken_at=LATER), NOW)
    assert await book.entries("changes", ["one"]) == {}


async def test_a_note_that_was_changed_since_it_was_read_is_not_overwritten(book: DeskBook) -> None:
    first, second = (Entry(taken_at=moment, comment=f"at {moment}") for moment in (NOW, LATER))
    assert await book.plan("changes", "one", first, None)
    assert not await book.plan("changes", "one", second, None)
    assert not await book.plan("changes", "one", second, LATER)
    assert await book.entries("changes", ["one"]) == {"one": first}
    assert await book.plan("changes", "one", second, NOW)
    assert not await book.plan("changes", "other", second, NOW)
    await book.finish("changes", "one", person("Mia"), LATER)
    assert not await book.plan("changes", "one", first, LATER), "what is done stays done"
    entry = (await book.entries("changes", ["one"]))["one"]
    assert (entry.comment, entry.due, entry.owner) == ("", None, "")


async def test_notes_go_with_their_tasks(book: DeskBook) -> None:
    for item in ("here", "gone", "done"):
        await book.take("changes", item, person("Mia"), NOW)
    await book.finish("changes", "done", person("Mia"), NOW)
    await book.take("changes", "new", person("Mia"), LATER)
    assert set(await book.absent("changes", ["here"], LATER)) == {"gone"}
    await book.forget("changes", ["gone", "done"])
    assert set(await book.entries("changes", ["here", "gone", "done", "new"])) == {"here", "done", "new"}


async def test_notes_stay_for_half_a_year_after_the_last_change_and_the_last_day(database: Database) -> None:
    book = SqlDeskBook(database)
    due, not_before = (NOW.date() + timedelta(days=days) for days in (100, 90))
    await book.plan("changes", "planned", Entry(taken_at=NOW, due=due, not_before=not_before), None)
    await book.take("changes", "open", person("Mia"), NOW)
    await book.finish("changes", "done", person("Mia"), NOW)
    (notes,) = [kind for kind in KINDS if kind.tables == (desk,) and kind.days != 400]
    assert notes.due is not None
    async with database.writing() as connection:
        await connection.execute(delete(desk).where(notes.due(NOW + timedelta(days=1))))
        await connection.commit()
    assert set(await book.entries("changes", ["open", "done", "planned"])) == {"done", "planned"}

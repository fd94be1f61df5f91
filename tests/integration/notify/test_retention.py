"""Retention in notify: a row goes when its period has passed; no event that comes again before enters a second mail."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from isopolity.contracts.answers import Choice
from isopolity.machine.clock import uuid7
from isopolity.notify.adapters.sql import tables
from isopolity.notify.adapters.sql.retention import KINDS, forgetting
from isopolity.notify.application.answers import Reply
from isopolity.notify.application.telephone import Entry, enter_answer
from isopolity.notify.domain.mail import MailState
from isopolity.notify.domain.proposal import NEWS
from isopolity.notify.settings import NotifySettings
from isopolity.persistence.database import Database
from isopolity.persistence.retention import chores
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import (
    DEADLINE,
    PROPOSAL_ID,
    START,
    contact_event,
    ended_event,
    interest_event,
    proposal_event,
)
from tests.support.shared.relays import Moving, let_go, storage_of


@pytest.fixture
def clock() -> Moving:
    return Moving(START)


@pytest.fixture
async def answered(bench: NotifyBench) -> NotifyBench:
    """notify with a proposal that was mailed, answered with words, and closed."""
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.sender().send_due()
    reply = Reply(choice=Choice.NO, reason="Call Ana")
    await bench.answer("a", PROPOSAL_ID, reply)
    await bench.handle(proposal_event("declined", 2))
    await bench.sender().send_due()
    assert set(await bench.states()) == {MailState.SENT}
    return bench


async def forget(database: Database, clock: Moving, mailbox: Path) -> dict[str, int]:
    """The number of rows that go now, by kind."""
    storage = storage_of(database, tables.messaging, clock)
    return dict(await let_go(storage, chores(KINDS, NotifySettings(), forgetting(storage, mailbox)), at_once=2))


async def count(database: Database, *names: str) -> list[int]:
    """How many rows each table has."""
    async with database.reading() as connection:
        found = [select(func.count()).select_from(tables.metadata.tables[name]) for name in names]
        return [(await connection.execute(query)).scalar_one() for query in found]


async def test_words_go_first_and_the_answer_stays(
    answered: NotifyBench, database: Database, clock: Moving, tmp_path: Path
) -> None:
    clock.after(365)
    assert await forget(database, clock, tmp_path) == {}
    clock.after(366)
    assert await forget(database, clock, tmp_path) == {"words that a person writes with an answer": 1}
    async with database.reading() as connection:
        row = (await connection.execute(select(tables.answers))).one()
    assert (row.choice, row.reason) == ("no", None)
    assert await count(database, "mails", "proposals") == [4, 1]


async def test_names_of_callers_go_first_and_the_answer_by_telephone_stays(
    answered: NotifyBench, database: Database, clock: Moving, tmp_path: Path
) -> None:
    entry = Entry(choice=Choice.LATER, given_by="Ana", taken_by="Otto", given_on=START.date(), seen="/")
    await answered.handle(proposal_event(proposal_id="another"))
    async with answered.unit_of_work() as uow:
        await enter_answer("another", "member-a", entry, uow, uuid7)
        await uow.commit()
    clock.after(366)
    assert (await forget(database, clock, tmp_path))["who gave an answer by telephone, and to whom"] == 1
    async with database.reading() as connection:
        row = (await connection.execute(select(tables.telephone_answers))).one()
    assert (row.choice, row.given_by, row.taken_by) == ("later", None, None)


async def test_mails_go_and_then_their_proposals(
    answered: NotifyBench, database: Database, clock: Moving, tmp_path: Path
) -> None:
    clock.after(729)
    await forget(database, clock, tmp_path)
    assert await count(database, "mails", "proposals", "answers") == [4, 1, 1]
    clock.after(740)  # the proposal could be answered for some days: its mails stay as long
    await forget(database, clock, tmp_path)
    assert await count(database, "mails", "proposals", "answers") == [4, 1, 1]
    clock.after(800)
    assert sum((await forget(database, clock, tmp_path)).values()) == 5
    assert await count(database, "mails", "proposals", "answers", "contacts") == [0, 0, 0, 2]


async def test_the_end_of_a_partnership_goes_after_its_mails_and_is_no_news_by_then(
    bench: NotifyBench, database: Database, clock: Moving, tmp_path: Path
) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), ended_event())
    await bench.sender().send_due()
    clock.after(730)
    assert await forget(database, clock, tmp_path) == {}
    clock.after(731)
    assert await forget(database, clock, tmp_path) == {
        "entries of mails (no text, no address)": 2,
        "ended partnerships": 1,
    }
    bench.clock.now = clock.now
    await bench.handle(ended_event())
    assert await count(database, "mails", "partnerships") == [0, 1]


async def test_an_interest_of_which_nothing_came_goes_after_its_mail_and_is_no_news_by_then(
    bench: NotifyBench, database: Database, clock: Moving, tmp_path: Path
) -> None:
    await bench.handle(contact_event("a"), interest_event())
    await bench.sender().send_due()
    clock.after(730)
    assert await forget(database, clock, tmp_path) == {}
    clock.after(731)
    assert await forget(database, clock, tmp_path) == {
        "entries of mails (no text, no address)": 1,
        "interests of which nothing came: who asked for whom": 1,
    }
    bench.clock.now = clock.now
    await bench.handle(interest_event())
    assert await count(database, "mails", "interests") == [0, 1]


def test_an_end_is_no_news_long_before_the_entry_of_its_mail_may_go() -> None:
    least = next(each.ge for each in NotifySettings.model_fields["mail_days"].metadata if hasattr(each, "ge"))
    assert timedelta(days=least) > 2 * NEWS


async def test_a_proposal_of_which_nobody_was_mailed_goes_once_its_period_is_over(
    bench: NotifyBench, database: Database, clock: Moving, tmp_path: Path
) -> None:
    await bench.handle(proposal_event("declined"))
    clock.now = DEADLINE + timedelta(days=NotifySettings().mail_days)
    assert await forget(database, clock, tmp_path) == {}
    clock.now += timedelta(seconds=1)
    assert await forget(database, clock, tmp_path) == {"proposals as mailed, and their answers": 1}


async def test_an_event_that_comes_again_before_enters_no_mail(
    answered: NotifyBench, database: Database, clock: Moving, tmp_path: Path
) -> None:
    clock.after(725)
    await forget(database, clock, tmp_path)
    await answered.handle(proposal_event(), proposal_event("declined", 2))
    assert await count(database, "mails") == [4]


async def test_mails_that_are_still_to_go_stay(
    bench: NotifyBench, database: Database, clock: Moving, tmp_path: Path
) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    clock.after(9000)
    assert await forget(database, clock, tmp_path) == {}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_no_byte_of_the_words_stays_in_the_file(
    clock: Moving, tmp_path: Path, answered: NotifyBench, database: Database
) -> None:
    assert b"Call Ana" in bytes_of(tmp_path)
    clock.after(366)
    await forget(database, clock, tmp_path)
    await database.tidy()
    assert b"Call Ana" not in bytes_of(tmp_path)


def bytes_of(folder: Path) -> bytes:
    """All bytes of notify's SQLite files."""
    return b"".join(path.read_bytes() for path in folder.glob("notify.db*"))


async def test_files_of_the_mail_box_go_by_their_age(database: Database, clock: Moving, tmp_path: Path) -> None:
    box, at = tmp_path / "mailbox", START.timestamp()
    for name, age in (("new/old", 0.0), ("cur/read", 1.0), ("tmp/unfinished", 2.0), ("new/young", 86_400.0)):
        path = box / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("To: ana@city.example")
        os.utime(path, (at + age, at + age))
    clock.after(365)
    assert await forget(database, clock, box) == {}
    clock.after(365.5)
    assert await forget(database, clock, box) == {"mails in the mail box on disk": 3}
    assert [path.name for path in box.glob("*/*")] == ["young"]

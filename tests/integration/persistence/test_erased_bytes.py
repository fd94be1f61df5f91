"""Nothing of an erased person is left in the files of a SQLite database."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert

from isopolity.notify.adapters.sql.tables import messaging
from isopolity.notify.adapters.sql.unit_of_work import SqlNotifyUnitOfWork
from isopolity.persistence.migrations import upgrade
from isopolity.persistence.unit_of_work import Storage
from tests.support.notify.events import contact
from tests.support.registry.service import CONTACT, RegistryUnderTest, open_under_test, staff
from tests.support.registry.town import letters_out
from tests.support.shared.storage import NOTES, NoteUnitOfWork, open_storage


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "service.db"


@pytest.fixture
async def storage(path: Path) -> AsyncIterator[Storage]:
    async with open_storage(f"sqlite+aiosqlite:///{path}") as opened:
        yield opened


@pytest.fixture
async def registry(path: Path, tmp_path: Path) -> AsyncIterator[RegistryUnderTest]:
    async with open_under_test(f"sqlite+aiosqlite:///{path}", tmp_path) as opened:
        yield opened


def found_in(path: Path, *words: str) -> list[str]:
    """Which of `words` stand in which of the database's files."""
    files = [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm")]
    held = {file.name: file.read_bytes() for file in files if file.exists()}
    return [f"{word} in {name}" for name, content in held.items() for word in words if word.encode() in content]


async def test_no_byte_of_a_contact_that_registry_erased_is_left(path: Path, registry: RegistryUnderTest) -> None:
    member = await registry.add_city()
    names = {"name": "Zerlina Quux", "email": "zerlina.quux@city.example"}
    person = CONTACT | {"member_kind": "city", "member_id": member} | names
    headers = staff(**{"Idempotency-Key": "once"})
    created = await registry.client.post("/registry/v1/contacts", json=person, headers=headers)
    assert created.status_code == 201
    assert found_in(path, "Zerlina Quux")
    why = {"reason": "She asked for it."}
    erased = await registry.client.post(f"{created.headers['location']}/erase", json=why, headers=staff())
    assert erased.status_code == 204
    assert await letters_out(registry), "the mail that tells her is out, and its letter is forgotten"
    assert found_in(path, "Zerlina Quux", "zerlina.quux") == []
    await registry.database.tidy()
    assert found_in(path, "Zerlina Quux", "zerlina.quux") == []


@pytest.fixture
async def notify(path: Path) -> AsyncIterator[Storage]:
    async with open_storage(f"sqlite+aiosqlite:///{path}", create=False) as opened:
        await upgrade(opened.database, "isopolity.notify")
        yield replace(opened, tables=messaging)


async def test_no_byte_of_a_contact_that_notify_forgot_is_left(path: Path, notify: Storage) -> None:
    person = contact("a")
    async with SqlNotifyUnitOfWork(notify) as unit_of_work:
        await unit_of_work.contacts.put(person)
        await unit_of_work.commit()
    assert found_in(path, person.email)
    async with SqlNotifyUnitOfWork(notify) as unit_of_work:
        await unit_of_work.contacts.forget(person.contact_id, person.version + 1)
        await unit_of_work.commit()
    assert found_in(path, person.name, person.email) == []


async def test_no_byte_is_left_of_many_whose_rows_moved_between_pages(path: Path, storage: Storage) -> None:
    chance, count = random.Random(1), 4000
    await storage.database.tidy()  # as upkeep does when the service starts
    async with NoteUnitOfWork(storage) as unit_of_work:
        sql = unit_of_work.connection.exec_driver_sql
        await sql("CREATE TABLE people (id TEXT PRIMARY KEY, member TEXT, name TEXT, email TEXT)")
        await sql("CREATE INDEX by_member ON people (member)")
        await sql("CREATE UNIQUE INDEX by_email ON people (email, member)")
        rows = [
            (str(chance.random()), f"m{number % 700}", name_of(number, chance, 60), f"mail{number}@x.example")
            for number in chance.sample(range(count), count)
        ]
        await sql("INSERT INTO people VALUES (?, ?, ?, ?)", rows)
        changed = [chance.randrange(count) for _ in range(count // 2)]
        moves = [(name_of(number, chance, 200), f"mail{number}@x.example") for number in changed]
        await sql("UPDATE people SET name = ? WHERE email = ?", moves)
        await unit_of_work.commit()
    erased = chance.sample(range(count), count * 3 // 4)
    async with NoteUnitOfWork(storage) as unit_of_work:
        addresses = [(f"mail{number}@x.example",) for number in erased]
        await unit_of_work.connection.exec_driver_sql("DELETE FROM people WHERE email = ?", addresses)
        await unit_of_work.erases_a_person()
        await unit_of_work.commit()
    assert await storage.database.tidy()
    words = {number: [f"name{number}X", f"mail{number}@"] for number in range(count)}
    assert found_in(path, *(word for number in erased for word in words.pop(number))) == []
    assert all(found_in(path, *left) for left in words.values())


def name_of(number: int, chance: random.Random, longest: int) -> str:
    """A name of some length, so that its row does not fit where it was."""
    return f"name{number}X" + "y" * chance.randint(0, longest)


async def test_an_erasure_that_was_rolled_back_rewrites_nothing(path: Path, storage: Storage) -> None:
    await storage.database.tidy()
    async with NoteUnitOfWork(storage) as unit_of_work:
        await unit_of_work.erases_a_person()
    async with storage.database.reading() as connection:
        assert (await connection.exec_driver_sql("PRAGMA user_version")).scalar_one() == 1


async def test_the_log_of_a_large_import_does_not_stay(path: Path, storage: Storage) -> None:
    log = path.with_name("service.db-wal")
    async with NoteUnitOfWork(storage) as unit_of_work:
        rows = [{"text": f"{number:0>100}"} for number in range(20_000)]
        await unit_of_work.connection.execute(insert(NOTES), rows)
        await unit_of_work.commit()
    assert log.stat().st_size > 1_000_000
    async with storage.database.reading() as connection:
        await connection.exec_driver_sql("SELECT count(*) FROM notes")
        async with NoteUnitOfWork(storage) as unit_of_work:
            await unit_of_work.note("one more")
            await unit_of_work.commit()
        assert not await storage.database.tidy()  # a reader is in the way
    assert await storage.database.tidy()
    assert log.stat().st_size == 0

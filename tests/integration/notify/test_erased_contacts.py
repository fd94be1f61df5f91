"""In the database a person who was erased stays gone, however late an older fetch is written."""

import asyncio
from dataclasses import replace

import pytest

from isopolity.notify.domain.people import Contact
from isopolity.persistence.database import Database
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import contact, contact_event
from tests.support.notify.known_contacts import FakeDirectory


class FrozenDirectory(FakeDirectory):
    """Registry whose answer is on its way while this instance is frozen."""

    def __init__(self, answer: Contact | None) -> None:
        super().__init__()
        self.answer = answer
        self.asked, self.thawed = asyncio.Event(), asyncio.Event()

    async def fetch(self, contact_id: str) -> Contact | None:
        self.asked.set()
        await self.thawed.wait()
        return self.answer


async def put(bench: NotifyBench, fetched: Contact) -> None:
    """Write what was fetched before, as an instance does that had been frozen in between."""
    async with bench.unit_of_work() as uow:
        await uow.contacts.put(fetched)
        await uow.commit()


async def rows(database: Database) -> list[tuple[str, ...]]:
    async with database.reading() as connection:
        found = await connection.exec_driver_sql("SELECT contact_id, name, email, role, member_id FROM contacts")
        return [tuple(row) for row in found]


async def test_a_fetch_from_before_the_erasure_does_not_bring_the_person_back(
    bench: NotifyBench, database: Database
) -> None:
    await put(bench, contact("a", 1))
    await bench.handle(contact_event("a", 2, "erased"))
    await put(bench, contact("a", 1))
    assert await bench.contact("contact-a") is None
    assert await rows(database) == [("contact-a", "", "", "", "")]


@pytest.mark.postgres
async def test_a_frozen_instance_that_thaws_after_the_erasure_changes_nothing(postgres_bench: NotifyBench) -> None:
    frozen = FrozenDirectory(contact("a", 1))
    slow = replace(postgres_bench, directory=frozen)
    handling = asyncio.create_task(slow.handle(contact_event("a")))
    await frozen.asked.wait()
    await postgres_bench.handle(contact_event("a"), contact_event("a", 2, "erased"))
    frozen.thawed.set()
    await handling
    assert await postgres_bench.contact("contact-a") is None


@pytest.mark.postgres
async def test_an_erasure_that_is_not_committed_yet_is_waited_for(postgres_bench: NotifyBench) -> None:
    async with postgres_bench.unit_of_work() as erasing:
        assert await erasing.contacts.forget("contact-a", 2)
        writing = asyncio.create_task(put(postgres_bench, contact("a", 1)))
        done, _ = await asyncio.wait([writing], timeout=0.3)
        assert not done
        await erasing.commit()
    await writing
    assert await postgres_bench.contact("contact-a") is None

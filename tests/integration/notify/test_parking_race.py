"""On PostgreSQL a proposal cannot be parked for a contact that another instance is just bringing."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade
from tests.support.notify.bench import NotifyBench, bench_on
from tests.support.notify.events import contact, contact_event, proposal_event

pytestmark = pytest.mark.postgres


@pytest.fixture
async def racing(postgres: str) -> AsyncIterator[NotifyBench]:
    database = Database.open(postgres)
    await upgrade(database, "isopolity.notify")
    yield bench_on(database)
    await database.close()


async def test_whoever_comes_first_the_proposal_is_mailed(racing: NotifyBench) -> None:
    for number in range(10):
        gone, back = 2 * number + 1, 2 * number + 2
        racing.directory.contacts["contact-b"] = contact("b", version=back)
        await racing.handle(contact_event("a"), contact_event("b", gone, "erased"))
        await asyncio.gather(
            racing.handle(proposal_event(proposal_id=f"proposal-{number}")), racing.handle(contact_event("b", back))
        )
        assert await racing.parked() == []
        assert len(await racing.mails()) == 2 * (number + 1)


async def test_a_contact_waits_for_a_transaction_that_looks_for_it(racing: NotifyBench) -> None:
    looked, may_park = asyncio.Event(), asyncio.Event()

    async def look_and_park() -> None:
        async with racing.unit_of_work() as uow:
            assert await uow.contacts.first_choices(["member-a"]) == {}
            looked.set()
            await may_park.wait()
            await uow.commit()

    async def bring() -> None:
        await looked.wait()
        await racing.handle(contact_event("a"))

    looking, bringing = asyncio.create_task(look_and_park()), asyncio.create_task(bring())
    done, _ = await asyncio.wait([bringing], timeout=0.3)
    assert done == set()
    may_park.set()
    await asyncio.gather(looking, bringing)

"""Instances of notify share one database: each mail is sent once, and its states are written as the ledger says."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from isopolity.machine.clock import uuid7
from isopolity.notify.domain.errors import OutcomeUnknown, TryLater
from isopolity.notify.domain.mail import MailState
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade
from tests.support.notify.bench import NotifyBench, bench_on
from tests.support.notify.events import contact, contact_event, proposal_event


async def test_two_instances_share_the_mails_and_send_each_once(bench: NotifyBench) -> None:
    events = [proposal_event(proposal_id=uuid7()) for _ in range(20)]
    await bench.handle(contact_event("a"), contact_event("b"), *events)
    first, second = bench.sender(), bench.sender()
    claimed = await asyncio.gather(first.send_due(), second.send_due())
    assert sum(claimed) == 40
    assert len({letter.mail_id for letter in bench.mailer.delivered}) == len(bench.mailer.delivered) == 40


async def test_what_became_of_each_mail_stands_in_the_database(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    bench.mailer.at_offer["a@city.example"] = TryLater("smtp-451")
    bench.mailer.at_transmit["b@city.example"] = OutcomeUnknown("connection-lost-in-data")
    await bench.sender().send_due()
    assert await bench.states() == [MailState.DEFERRED, MailState.UNKNOWN]
    assert len(await bench.published("delivery")) == 2
    bench.mailer.at_offer.clear()
    bench.clock.advance(minutes=1)
    assert await bench.sender().send_due() == 1
    assert await bench.states() == [MailState.SENT, MailState.UNKNOWN]


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

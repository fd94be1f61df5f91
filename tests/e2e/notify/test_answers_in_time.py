"""Two yeses given in time are an agreement, however late notify's relay lets them go: matching and notify together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from isopolity.contracts.catalogue import EVENT_TOPICS, dead_letter_topic
from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.errors import BrokerUnavailable
from isopolity.notify.bootstrap import open_notify
from isopolity.notify.domain.people import Contact
from isopolity.notify.settings import NotifySettings
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade
from isopolity.runtime.process import running
from tests.support.keys import keys_of
from tests.support.matching.service import KEY, Network, Running, TestClock, complementary, matching
from tests.support.messaging.faulty_kafka import patient_kafka
from tests.support.messaging.hooked_broker import HookedBroker
from tests.support.notify.events import contact
from tests.support.notify.known_contacts import registry_that_knows
from tests.support.notify.memory_mailer import FakeMailer
from tests.support.polling import until
from tests.support.servers.kafka_cluster import kafka_cluster
from tests.support.servers.mailpit import LINK
from tests.support.servers.provision import empty_database

PROPOSALS = "isopolity.matching.proposal"
PARTNERSHIPS = "isopolity.matching.partnership"


@dataclass(slots=True, kw_only=True)
class Both:
    """matching and notify at work, and the hook by which notify's relay is stuck."""

    network: Network
    matching: Running
    pages: httpx.AsyncClient
    relay: HookedBroker
    mailer: FakeMailer
    clock: TestClock

    def stick(self) -> None:
        """Let nothing out of notify."""

        def refuse(_messages: object) -> None:
            raise BrokerUnavailable("stuck by the test")

        self.relay.before = refuse

    def let_go(self) -> None:
        self.relay.before = lambda _messages: None

    async def answer(self, side: str, choice: str) -> None:
        assert (await self.pages.post(await self.link(side), data={"choice": choice})).status_code == 303

    async def link(self, side: str) -> str:
        """The answer link in the mail to that side of the one proposal."""
        (event, *_) = await self.network.events(PROPOSALS)
        (address,) = (f"{each.member_id}@city.example" for each in event.data.sides if each.side == side)

        async def is_mailed() -> bool:
            return address in self.mailer.recipients()

        await until(is_mailed, what=f"a mail to side {side}")
        found = LINK.search(self.mailer.text_to(address))
        assert found is not None
        return found[0]

    async def stages(self) -> list[str]:
        return [event.data.stage for event in await self.network.events(PROPOSALS)]


def _coordinator(contact_id: str) -> Contact:
    member_id = contact_id.removeprefix("contact-of-")
    return replace(contact(contact_id), contact_id=contact_id, member_id=member_id, email=f"{member_id}@city.example")


@asynccontextmanager
async def _both(folder: Path, broker: MessageBroker, clock: TestClock, **databases: Any) -> AsyncIterator[Both]:
    await broker.ensure_topics([*EVENT_TOPICS, dead_letter_topic("matching"), dead_letter_topic("notify")])
    network, relay, mailer = Network(broker, clock), HookedBroker(broker), FakeMailer()
    settings = NotifySettings(data=folder, **keys_of(KEY), public_url="http://notify", watermark_seconds=0.05)
    await network.publish("isopolity.registry.city.endorsed.v1", *complementary(2))
    async with (
        httpx.AsyncClient(transport=registry_that_knows(_coordinator)) as registry,
        open_notify(
            settings,
            broker=relay,
            database=databases.get("notify"),
            mailer=mailer,
            http_client=registry,
            clock=clock,
        ) as notify,
        running(notify.tasks),
        httpx.AsyncClient(transport=httpx.ASGITransport(notify.app), base_url="http://notify") as pages,
        matching(network, folder, clock, database=databases.get("matching"), sending_policy="rounds-only") as service,
    ):
        yield Both(network=network, matching=service, pages=pages, relay=relay, mailer=mailer, clock=clock)


@asynccontextmanager
async def embedded(folder: Path, clock: TestClock) -> AsyncIterator[Both]:
    async with EmbeddedBroker.opened(folder / "broker.db", clock) as broker, _both(folder, broker, clock) as both:
        yield both


@asynccontextmanager
async def distributed(folder: Path, clock: TestClock, server: str) -> AsyncIterator[Both]:
    with kafka_cluster(folder / "kafka") as cluster:
        async with empty_database(server) as first, empty_database(server) as second:
            databases = {"matching": Database.open(first), "notify": Database.open(second)}
            for name, database in databases.items():
                await upgrade(database, f"isopolity.{name}")
            broker = patient_kafka(cluster.bootstrap)
            async with _both(folder, broker, clock, **databases) as both:
                yield both
            for database in databases.values():
                await database.close()


@pytest.fixture(
    params=["embedded", pytest.param("distributed", marks=[pytest.mark.kafka, pytest.mark.postgres, pytest.mark.slow])]
)
async def both(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Both]:
    clock = TestClock()
    if request.param == "embedded":
        opened = embedded(tmp_path, clock)
    else:
        opened = distributed(tmp_path, clock, request.getfixturevalue("postgres_server"))
    async with opened as services:
        yield services


async def _proposed(both: Both) -> None:
    """One proposal, which both sides were mailed."""
    assert (await both.matching.post("/rounds")).json()["issued"] == 1

    async def is_out() -> bool:
        return await both.stages() == ["issued"]

    await until(is_out, what="the proposal is out")
    for side in "ab":
        assert (await both.pages.get(await both.link(side))).status_code == 200


async def test_two_yeses_in_time_agree_though_notifys_relay_is_stuck_past_the_deadline(both: Both) -> None:
    await _proposed(both)
    both.stick()
    both.clock.move(timedelta(days=20))
    await both.answer("a", "yes")
    await both.answer("b", "yes")
    both.clock.move(timedelta(days=5))  # far past the deadline, and any time that answers might be given to travel
    for _ in range(5):
        assert await both.stages() == ["issued"]
        await both.matching.status()  # matching looks every 50 ms; each of these takes about as long
    both.let_go()

    async def is_agreed() -> bool:
        return "agreed" in await both.stages()

    await until(is_agreed, what="the two agree")
    assert await both.stages() == ["issued", "answered", "agreed"]
    assert len(await both.network.events(PARTNERSHIPS)) == 1


async def test_what_nobody_answers_expires_once_notify_says_that_answers_are_complete(both: Both) -> None:
    await _proposed(both)
    both.clock.move(timedelta(days=25))

    async def is_expired() -> bool:
        return await both.stages() == ["issued", "expired"]

    await until(is_expired, what="it expires")

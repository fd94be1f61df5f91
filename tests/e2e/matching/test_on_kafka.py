"""Two instances of matching on Kafka and PostgreSQL: one group, two graphs, each effect once."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from isopolity.contracts.catalogue import EVENT_TOPICS, dead_letter_topic
from isopolity.contracts.notify import ResponseReceived
from isopolity.messaging.codec import to_message
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade
from tests.support.matching.service import NOW, Network, TestClock, complementary, matching
from tests.support.messaging.faulty_kafka import patient_kafka
from tests.support.polling import until
from tests.support.servers.kafka_cluster import kafka_cluster

PROPOSALS = "isopolity.matching.proposal"


@pytest.mark.kafka
@pytest.mark.postgres
@pytest.mark.slow
async def test_two_instances_share_the_work_and_issue_each_pair_once(tmp_path: Path, postgres: str) -> None:
    clock = TestClock()
    with kafka_cluster(tmp_path / "kafka") as cluster:
        async with AsyncExitStack() as stack:
            broker = patient_kafka(cluster.bootstrap)
            await broker.ensure_topics([*EVENT_TOPICS, dead_letter_topic("matching")])
            network = Network(broker, clock)
            await network.publish("isopolity.registry.city.endorsed.v1", *complementary(10))
            services = []
            for _ in range(2):
                database = Database.open(postgres)
                stack.push_async_callback(database.close)
                await upgrade(database, "isopolity.matching")
                opened = matching(network, tmp_path, clock, database=database, sending_policy="rounds-only")
                services.append(await stack.enter_async_context(opened))
            rounds = await asyncio.gather(*(service.post("/rounds") for service in services))
            assert sum(done.json()["issued"] for done in rounds) == 5

            async def issued() -> bool:
                return len({event.data.proposal_id for event in await network.events(PROPOSALS)}) == 5

            await until(issued)
            for service in services:
                await service.knows(members_city=10, graph_nodes=10, graph_lag=0)
            await _refuse_one(network)
            clock.move(timedelta(days=22))
            await network.complete_answers(clock())

            async def settled() -> bool:
                events = {event.envelope.id: event.data.stage for event in await network.events(PROPOSALS)}
                told = Counter(events.values())
                alternates = told.pop("issued") - 5  # what follows a proposal that is over, whatever its answers
                return alternates > 0 and told == {"answered": 1, "declined": 1, "expired": 4}

            await until(settled)


async def _refuse_one(network: Network) -> None:
    """A "no", published as notify does: in a transaction, whose marker is a place in the log too."""
    proposal_id = (await network.events(PROPOSALS))[0].data.proposal_id
    answer = ResponseReceived(response_id="r1", proposal_id=proposal_id, side="a", answer="no", answered_at=NOW)
    event = network.registry.event("isopolity.notify.response.received.v1", answer)
    async with network.broker.producer("notify") as producer:
        await producer.publish([to_message(event)])

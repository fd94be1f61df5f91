"""A relay that was fenced starts over; on the embedded broker and on Kafka with PostgreSQL."""

from typing import cast
from uuid import uuid4

import pytest

from isopolity.contracts.catalogue import REGISTRY_CANARY
from isopolity.messaging.broker import MessageBroker, TopicPartition
from isopolity.persistence.relay import Relay
from isopolity.persistence.unit_of_work import Storage
from tests.support.messaging.faulty_kafka import patient_kafka
from tests.support.messaging.hooked_broker import HookedBroker, event_id, everything
from tests.support.polling import until
from tests.support.shared.relays import empty, publish, relay_of, running


async def fence_and_go_on(storage: Storage, broker: HookedBroker, relay: Relay) -> None:
    async with running(relay):
        await publish(storage, [1])
        await until(empty(storage.database))
        async with broker.producer(f"isopolity.{relay.service}.relay"):  # a successor that thinks it is alone
            await publish(storage, [2])
            await until(empty(storage.database))


async def test_a_fenced_relay_takes_its_place_again_and_loses_nothing(storage: Storage, broker: HookedBroker) -> None:
    await fence_and_go_on(storage, broker, relay_of(storage, broker))
    records = await everything(cast("MessageBroker", broker), REGISTRY_CANARY.name)
    assert [event_id(record) for record in records] == ["id-1", "id-2"]
    assert len(broker.producers) == 3


@pytest.mark.kafka
@pytest.mark.postgres
async def test_a_fenced_relay_on_kafka_takes_its_place_again_and_loses_nothing(
    postgres_storage: Storage, kafka: str
) -> None:
    broker = HookedBroker(patient_kafka(kafka))
    await broker.ensure_topics([REGISTRY_CANARY])
    async with broker.reader([REGISTRY_CANARY.name]) as reader:
        before = await reader.end_offsets()
    relay = relay_of(postgres_storage, broker)
    relay.service = f"test-{uuid4().hex}"
    await fence_and_go_on(postgres_storage, broker, relay)
    mine: list[str] = []

    async def shows() -> bool:  # what was committed last is visible a little late
        mine[:] = [
            event_id(record)
            for record in await everything(cast("MessageBroker", broker), REGISTRY_CANARY.name)
            if record.offset >= before[TopicPartition(record.topic, record.partition)]
            and dict(record.headers)["ce_source"] == b"urn:isopolity:test"
        ]
        return len(mine) >= 2

    await until(shows)
    assert mine == ["id-1", "id-2"]
    assert len(broker.producers) == 3

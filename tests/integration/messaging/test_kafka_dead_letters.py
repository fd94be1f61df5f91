"""Dead letters on Kafka: records just under its limit, a topic that takes less, instances that count together."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from isopolity.contracts.topic import Topic
from isopolity.machine.clock import system_clock
from isopolity.messaging.broker import Record
from isopolity.messaging.consuming.dead_letter_limit import DeadLetterLimit, TooManyDeadLetters
from isopolity.messaging.dead_letters import DeadLetter, list_dead_letters
from isopolity.messaging.kafka.broker import KafkaBroker
from isopolity.messaging.redrive import redrive, whole
from tests.support.messaging.faulty_kafka import patient_kafka
from tests.support.messaging.runner import START, Processor, Time, runner_of, running
from tests.support.messaging.topics import read_all, topic
from tests.support.polling import until

pytestmark = pytest.mark.kafka

LARGEST = 1_048_588 - 100
"""A value with which a record without headers is just under Kafka's limit."""


@pytest.fixture
def broker(kafka: str) -> KafkaBroker:
    return patient_kafka(kafka)


async def topics(broker: KafkaBroker) -> tuple[Topic, Topic]:
    odd, dead = topic(partitions=1), topic(partitions=1)
    await broker.ensure_topics([odd, dead])
    return odd, dead


async def publish_foreign(kafka: str, new: Topic, *values: bytes) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=kafka, max_request_size=4_000_000, max_batch_size=4_000_000
    ) as foreign:
        for value in values:
            await foreign.send_and_wait(new.name, value, key=b"k")


async def test_record_just_under_the_limit_is_buried_and_redriven(broker: KafkaBroker, kafka: str) -> None:
    odd, dead = await topics(broker)
    group = f"group.{uuid4().hex}"
    large = b"x" * LARGEST
    await publish_foreign(kafka, odd, large, b"{}")
    runner = runner_of(broker, Processor(), group=group, topics=[odd.name], dead_letter_topic=dead.name)
    async with running(runner):
        await until(lambda: _letters(broker, dead, 2))
        letters = await list_dead_letters(broker, dead.name)
        assert {(letter.offset, bool(letter.digest), len(letter.value or b"")) for letter in letters} == {
            (0, True, 1000),
            (1, False, 2),
        }
        originals = [original for letter in letters if (original := await whole(broker, letter))]
        async with broker.producer() as producer:
            await redrive(producer, dead.name, originals, Time())
        await until(lambda: _reburied(broker, dead))
    assert [record.value for record in await read_all(broker, odd)] == [large, b"{}", large, b"{}"]
    assert set((await broker.group_lag(group, [odd.name])).values()) == {0}


async def test_letter_too_large_for_its_topic_goes_as_a_reference(broker: KafkaBroker, kafka: str) -> None:
    odd, dead = await topics(broker)
    await _configure(kafka, dead, {"max.message.bytes": "20000"})
    await publish_foreign(kafka, odd, b"x" * 50_000)
    runner = runner_of(
        broker, Processor(), group=f"group.{uuid4().hex}", topics=[odd.name], dead_letter_topic=dead.name
    )
    async with running(runner):
        await until(lambda: _letters(broker, dead, 1))
    (letter,) = await list_dead_letters(broker, dead.name)
    assert letter.digest
    original = await whole(broker, letter)
    assert original is not None
    assert original.value == b"x" * 50_000


async def test_instances_count_together(broker: KafkaBroker) -> None:
    _, dead = await topics(broker)

    def instance() -> DeadLetterLimit:
        return DeadLetterLimit(
            limit=4, window=timedelta(minutes=5), clock=system_clock, broker=broker, topic=dead.name, group="g"
        )

    async def accepted(limit: DeadLetterLimit, number: int) -> bool:
        record = Record("t", 0, number, 0, "k", b"", [])
        try:
            await limit.take(DeadLetter.of(record, group="g", reason="bad", detail="", at=START))
        except TooManyDeadLetters:
            return False
        return True

    outcomes = await asyncio.gather(*(accepted(instance(), number) for number in range(7)))
    assert sum(outcomes) == 4
    assert not await accepted(instance(), 8)
    first = next(number for number, outcome in enumerate(outcomes) if outcome)
    assert await accepted(instance(), first), "it is counted already"


async def _configure(kafka: str, changed: Topic, settings: dict[str, Any]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, changed.name, settings)])
    finally:
        await admin.close()


async def _letters(broker: KafkaBroker, dead: Topic, count: int) -> bool:
    return len(await list_dead_letters(broker, dead.name)) == count


async def _reburied(broker: KafkaBroker, dead: Topic) -> bool:
    return {letter.offset for letter in await list_dead_letters(broker, dead.name)} == {2, 3}

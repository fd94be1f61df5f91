"""Lag on Kafka: markers of transactions and aborted records are nothing to read."""

from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition as KafkaPlace

from isopolity.contracts.topic import Topic
from isopolity.messaging.broker import Batch, MessageBroker, TopicPartition
from isopolity.messaging.kafka.broker import KafkaBroker
from tests.support.messaging.faulty_kafka import patient_kafka
from tests.support.messaging.runner import Processor, runner_of, running
from tests.support.messaging.topics import messages, take, topic
from tests.support.polling import until

pytestmark = pytest.mark.kafka


@pytest.fixture
def broker(kafka: str) -> KafkaBroker:
    return patient_kafka(kafka)


async def new_topic(broker: MessageBroker) -> Topic:
    new = topic(partitions=1)
    await broker.ensure_topics([new])
    return new


async def publish_in_transaction(broker: MessageBroker, new: Topic, *values: str) -> None:
    """The records, and a marker after them once the transaction shows."""
    async with broker.producer(f"id.{uuid4().hex}") as producer:
        await producer.publish(messages(new, ["a"], values))
    await until(lambda: _ends_with_a_marker(broker, new))


async def publish_and_abort(kafka: str, new: Topic) -> None:
    """Records that nobody may read, and the marker that says so."""
    async with AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=f"id.{uuid4().hex}") as producer:
        await producer.begin_transaction()
        await producer.send_and_wait(new.name, b"never", partition=0)
        await producer.send_and_wait(new.name, b"happened", partition=0)
        await producer.abort_transaction()


async def commit(kafka: str, group: str, new: Topic, offset: int) -> None:
    """Set the offsets of a group without members, as `kafka-consumer-groups --reset-offsets` does."""
    async with AIOKafkaConsumer(bootstrap_servers=kafka, group_id=group, enable_auto_commit=False) as client:
        place = KafkaPlace(new.name, 0)
        client.assign([place])
        await client.commit({place: offset})


async def lag(broker: MessageBroker, group: str, new: Topic) -> int:
    return sum((await broker.group_lag(group, [new.name])).values())


async def test_commit_before_a_marker_leaves_no_lag(broker: KafkaBroker, kafka: str) -> None:
    new, group = await new_topic(broker), f"group.{uuid4().hex}"
    await publish_in_transaction(broker, new, "1", "2")
    await commit(kafka, group, new, 2)
    assert await lag(broker, group, new) == 0
    async with broker.consumer(group, [new.name]) as consumer:

        async def passes_it() -> bool:
            return await consumer.fetch(limit=10, timeout=2) == [Batch(TopicPartition(new.name, 0), [], 3)]

        await until(passes_it)
        assert set((await consumer.lag()).values()) == {0}


async def test_event_before_the_marker_counts(broker: KafkaBroker, kafka: str) -> None:
    new, group = await new_topic(broker), f"group.{uuid4().hex}"
    await publish_in_transaction(broker, new, "1", "2")
    await commit(kafka, group, new, 1)
    assert await lag(broker, group, new) > 0
    async with broker.consumer(group, [new.name]) as consumer:
        assert set((await consumer.lag()).values()) != {0}
        assert [record.value for record in await take(consumer, 1)] == [b"2"]
        assert set((await consumer.lag()).values()) != {0}, "fetched is not done"


async def test_aborted_records_at_the_end_are_no_lag(broker: KafkaBroker, kafka: str) -> None:
    new, group = await new_topic(broker), f"group.{uuid4().hex}"
    await publish_in_transaction(broker, new, "1")
    await publish_and_abort(kafka, new)
    await until(lambda: _end_is(broker, new, 5))
    await commit(kafka, group, new, 1)
    assert await lag(broker, group, new) == 0
    await publish_in_transaction(broker, new, "2")
    assert await lag(broker, group, new) > 0


async def test_group_of_which_nobody_has_read_anything_is_behind(broker: KafkaBroker) -> None:
    new, group = await new_topic(broker), f"group.{uuid4().hex}"
    assert await lag(broker, group, new) == 0
    await publish_in_transaction(broker, new, "1", "2")
    assert await lag(broker, group, new) == 3


async def test_runner_commits_past_what_cannot_be_read(broker: KafkaBroker, kafka: str) -> None:
    """Also where nothing else ever comes: the committed offset stood before a marker when it started."""
    new, dead, group = await new_topic(broker), await new_topic(broker), f"group.{uuid4().hex}"
    await publish_in_transaction(broker, new, "1")
    await commit(kafka, group, new, 1)
    runner = runner_of(broker, Processor(), group=group, topics=[new.name], dead_letter_topic=dead.name)
    async with running(runner):
        await until(lambda: _committed_is(kafka, group, new, 2))
        await publish_and_abort(kafka, new)
        await until(lambda: _committed_is(kafka, group, new, 5))
    assert await lag(broker, group, new) == 0


async def _ends_with_a_marker(broker: MessageBroker, new: Topic) -> bool:
    async with broker.reader([new.name]) as reader:
        (end,) = (await reader.end_offsets()).values()
        records = await take(reader, 1)
        while (await reader.position()) != (await reader.end_offsets()):
            records += [record for batch in await reader.fetch(limit=99, timeout=1) for record in batch.records]
    return end > records[-1].offset + 1


async def _end_is(broker: MessageBroker, new: Topic, offset: int) -> bool:
    async with broker.reader([new.name]) as reader:
        return set((await reader.end_offsets()).values()) == {offset}


async def _committed_is(kafka: str, group: str, new: Topic, offset: int) -> bool:
    async with AIOKafkaConsumer(bootstrap_servers=kafka, group_id=group, enable_auto_commit=False) as client:
        return bool(await client.committed(KafkaPlace(new.name, 0)) == offset)

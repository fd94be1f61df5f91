"""Kafka cut off, hung, frozen, killed: nothing is lost, nothing waits for ever, a stale send never lands late."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from isopolity.contracts.catalogue import CITY
from isopolity.contracts.topic import Topic
from isopolity.messaging.broker import MessageBroker, Producer, TopicPartition
from isopolity.messaging.consuming.lane import Delivery
from isopolity.messaging.consuming.runner import ConsumerRunner
from isopolity.messaging.consuming.settings import RunnerSettings
from isopolity.messaging.errors import BrokerUnavailable, ProducerFenced
from tests.support.messaging.faulty_kafka import FaultyKafka, joined_at_last, publish_at_last
from tests.support.messaging.runner import DEAD, city_message
from tests.support.messaging.topics import messages, publish, read_all, records_in, take, topic
from tests.support.polling import until

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


async def new_topic(broker: MessageBroker, *, partitions: int = 3) -> Topic:
    new = topic(partitions=partitions)
    await broker.ensure_topics([new])
    return new


async def test_cut_connection_is_told_in_bounded_time_and_mended(faulty: FaultyKafka) -> None:
    new = await new_topic(faulty.patient)
    name = f"id.{uuid4().hex}"
    async with faulty.broker.producer(name) as producer:
        await producer.publish(messages(new, ["a"], ["1"]))
        faulty.proxy.cut()
        await _expect_unavailable(producer, new)
        with pytest.raises(BrokerUnavailable, match="open another producer"):
            await producer.publish(messages(new, ["a"], ["never"]))
        async with asyncio.timeout(60):
            with pytest.raises(BrokerUnavailable):
                await faulty.broker.ping()
        faulty.proxy.mend()
    await publish_at_last(faulty.broker, messages(new, ["a"], ["2", "3"]), name)
    assert [record.value for record in await read_all(faulty.patient, new, 3)] == [b"1", b"2", b"3"]


async def test_producer_without_transactions_goes_on_after_a_cut(faulty: FaultyKafka) -> None:
    new = await new_topic(faulty.patient)
    async with faulty.broker.producer() as producer:
        faulty.proxy.cut()
        await _expect_unavailable(producer, new)
        faulty.proxy.mend()
        await until(lambda: _succeeds(producer, new))
    assert b"1" in {record.value for record in await read_all(faulty.patient, new)}


async def test_consumer_lives_through_a_cut(faulty: FaultyKafka) -> None:
    new = await new_topic(faulty.patient)
    await publish(faulty.patient, messages(new, ["a", "b", "c"], ["1"]))
    async with joined_at_last(faulty.broker, f"group.{uuid4().hex}", [new.name]) as consumer:
        await take(consumer, 3)
        faulty.proxy.cut()
        async with asyncio.timeout(60):
            assert await consumer.fetch(limit=10, timeout=0.5) == []
            with pytest.raises(BrokerUnavailable):
                await consumer.commit(dict.fromkeys(consumer.assignment(), 0))
        faulty.proxy.mend()
        await publish_at_last(faulty.broker, messages(new, ["a"], ["2"]), f"id.{uuid4().hex}")

        async def comes() -> bool:  # after what is read again, where the cut outlasted the session
            return b"2" in {record.value for record in records_in(await consumer.fetch(limit=10, timeout=0.2))}

        await until(comes)


async def test_hung_connection_is_given_up(faulty: FaultyKafka) -> None:
    new = await new_topic(faulty.patient)
    async with faulty.broker.producer(f"id.{uuid4().hex}") as producer:
        await producer.publish(messages(new, ["a"], ["1"]))
        faulty.proxy.hang()
        async with asyncio.timeout(60):
            await _expect_unavailable(producer, new)
        faulty.proxy.mend()
    assert [record.value for record in await read_all(faulty.patient, new)][:1] == [b"1"]


async def test_frozen_broker_is_told_in_bounded_time(faulty: FaultyKafka) -> None:
    new = await new_topic(faulty.patient)
    tasks_before = asyncio.all_tasks()
    async with faulty.broker.reader([new.name]) as reader:
        faulty.cluster.freeze()
        async with asyncio.timeout(60):
            for asking in (faulty.broker.ping(), reader.end_offsets(), faulty.broker.group_lag("g", [new.name])):
                with pytest.raises(BrokerUnavailable):
                    await asking
            assert await reader.fetch(limit=1, timeout=0.2) == []
            with pytest.raises(BrokerUnavailable):
                async with faulty.broker.consumer("g", [new.name]):
                    pass
        faulty.cluster.thaw()
    await until(lambda: asyncio.all_tasks() <= tasks_before)


async def test_member_leaves_a_frozen_broker_in_bounded_time(faulty: FaultyKafka) -> None:
    new = await new_topic(faulty.patient)
    tasks_before = asyncio.all_tasks()
    async with joined_at_last(faulty.broker, f"group.{uuid4().hex}", [new.name]) as consumer:
        await consumer.fetch(limit=1, timeout=0.1)
        faulty.cluster.freeze()
        leaving = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - leaving < 60
    await until(lambda: asyncio.all_tasks() <= tasks_before)
    faulty.cluster.thaw()


async def test_send_of_a_hung_predecessor_never_lands_after_its_successors(faulty: FaultyKafka) -> None:
    """The reason for the fixed transactional id: compaction would keep the older state."""
    new, name = await new_topic(faulty.patient, partitions=1), f"id.{uuid4().hex}"
    async with faulty.broker.producer(name) as predecessor:
        await predecessor.publish(messages(new, ["a"], ["first"]))
        faulty.cluster.freeze()
        with pytest.raises(BrokerUnavailable):
            await predecessor.publish(messages(new, ["a"], ["old state"]))
        thawing = asyncio.create_task(_thaw_soon(faulty))
        await publish_at_last(faulty.broker, messages(new, ["a"], ["new state"]), name)
        await thawing
        with pytest.raises((BrokerUnavailable, ProducerFenced)):
            await predecessor.publish(messages(new, ["a"], ["old state"]))
    await publish_at_last(faulty.broker, messages(new, ["b"], ["end"]), name)
    values = [record.value for record in await read_all(faulty.patient, new) if record.key == "a"]
    assert values[-1] == b"new state"
    assert values.count(b"new state") == 1


async def test_killed_broker_loses_nothing_that_was_acknowledged(faulty: FaultyKafka) -> None:
    new, name = await new_topic(faulty.patient), f"id.{uuid4().hex}"
    await publish_at_last(faulty.patient, messages(new, ["a", "b"], ["1", "2"]), name)
    faulty.cluster.kill()
    await asyncio.to_thread(faulty.cluster.resume)
    await publish_at_last(faulty.broker, messages(new, ["a", "b"], ["3"]), name)
    records = await read_all(faulty.patient, new, 6)
    for key in "ab":
        assert [record.value for record in records if record.key == key] == [b"1", b"2", b"3"]


@dataclass(slots=True)
class Counting:
    """Counts what was handled, by key."""

    handled: dict[str, int] = field(default_factory=dict)

    async def __call__(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            subject = delivery.event.envelope.subject
            self.handled[subject] = self.handled.get(subject, 0) + 1


async def test_runner_goes_on_after_the_broker_was_frozen_past_the_session(faulty: FaultyKafka) -> None:
    await faulty.patient.ensure_topics([CITY, DEAD])
    group, counting = f"group.{uuid4().hex}", Counting()
    settings = RunnerSettings(fetch_timeout=0.1, watch_interval=0.2, first_delay=0.1, longest_delay=0.5)
    runner = ConsumerRunner(
        broker=faulty.broker,
        topics=[CITY.name],
        processor=counting,
        fates=settings.fates(group, faulty.broker, DEAD.name),
        settings=settings,
    )
    task = asyncio.create_task(runner.run())
    before, after = [uuid4().hex for _ in range(20)], [uuid4().hex for _ in range(20)]
    await publish_at_last(faulty.broker, [city_message(key) for key in before], group)
    await until(lambda: counting.handled.keys() >= set(before) and runner.health().ready)
    faulty.cluster.freeze()
    await until(lambda: not runner.health().ready)
    assert runner.health().live
    await asyncio.sleep(7)  # past the session; the broker's time cannot be moved by hand
    faulty.cluster.thaw()
    await publish_at_last(faulty.broker, [city_message(key) for key in after], group)
    await until(lambda: counting.handled.keys() >= set(after))
    await until(lambda: runner.health().ready)
    await until(lambda: _nothing_behind(faulty.broker, group))
    runner.stop()
    await task


async def test_dying_member_hands_its_partitions_over_without_losing_events(faulty: FaultyKafka) -> None:
    await faulty.patient.ensure_topics([CITY, DEAD])
    group = f"group.{uuid4().hex}"
    countings, settings = [Counting(), Counting()], RunnerSettings(fetch_timeout=0.1, batch_size=5)
    runners = [
        ConsumerRunner(
            broker=faulty.broker,
            topics=[CITY.name],
            processor=counting,
            fates=settings.fates(group, faulty.broker, DEAD.name),
            settings=settings,
        )
        for counting in countings
    ]
    tasks = [asyncio.create_task(runner.run()) for runner in runners]
    await until(lambda: all(len(runner.health().assigned) == 3 for runner in runners))
    keys = [uuid4().hex for _ in range(300)]
    await publish_at_last(faulty.broker, [city_message(key) for key in keys[:150]], group)
    tasks[0].cancel()
    await publish_at_last(faulty.broker, [city_message(key) for key in keys[150:]], group)
    await until(lambda: countings[0].handled.keys() | countings[1].handled.keys() >= set(keys))
    await until(lambda: _nothing_behind(faulty.broker, group))
    await until(lambda: len(runners[1].health().assigned) == 6)
    runners[1].stop()
    await asyncio.wait(tasks)


async def _nothing_behind(broker: MessageBroker, group: str) -> bool:
    lag: dict[TopicPartition, int] = dict(await broker.group_lag(group, [CITY.name]))
    return sum(lag.values()) == 0


async def _thaw_soon(faulty: FaultyKafka) -> None:
    await asyncio.sleep(1)  # so that the successor meets a broker that is still frozen
    faulty.cluster.thaw()


async def _expect_unavailable(producer: Producer, new: Topic) -> None:
    with pytest.raises(BrokerUnavailable):
        await producer.publish(messages(new, ["a"], ["lost"]))


async def _succeeds(producer: Producer, new: Topic) -> bool:
    try:
        await producer.publish(messages(new, ["a"], ["1"]))
    except BrokerUnavailable:
        return False
    return True

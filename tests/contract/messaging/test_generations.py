"""Topics that are made anew: no place is used twice, more partitions are noticed, no event is lost or overtaken."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions

from isopolity.configuration.settings import Settings
from isopolity.contracts.topic import PARTITIONS, Topic
from isopolity.messaging.broker import Message, MessageBroker, Reader, TopicPartition
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.errors import TopicMismatch
from isopolity.messaging.kafka.broker import KafkaBroker
from isopolity.messaging.kafka.settings import KafkaSettings
from isopolity.messaging.new_generation import NotNow, is_in_use, is_made, make_generation
from isopolity.runtime.raise_partitions import main
from tests.support.messaging.topics import PATIENCE, messages, publish, read_all, take, take_and_commit, topic


def kafka_of(address: str, generation: int, partitions: dict[str, int] | None = None) -> KafkaBroker:
    return KafkaBroker(
        KafkaSettings(
            bootstrap_servers=address,
            generation=generation,
            partitions=partitions or {},
            metadata_age=0.2,
            request_timeout=60,
            publish_timeout=60,
        )
    )


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
async def later(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[MessageBroker]:
    """A broker whose topics are of the third generation."""
    if request.param == "kafka":
        yield kafka_of(request.getfixturevalue("kafka"), 3)
    else:
        async with EmbeddedBroker.opened(tmp_path / "log.db", generation=3) as embedded:
            yield embedded


async def test_places_of_a_later_generation_are_those_of_no_earlier_one(later: MessageBroker) -> None:
    new, group = topic(partitions=3), f"group.{uuid4().hex}"
    await later.ensure_topics([new])
    await later.ensure_topics([new])
    async with later.producer(f"test.{uuid4().hex}") as producer:
        places = await producer.publish(messages(new, ["a", "b", "c"], ["1", "2"]))
    assert {place.partition for place in places} <= {2000, 2001, 2002}
    records = await read_all(later, new)
    assert {(r.partition, r.offset) for r in records} == {(p.partition, p.offset) for p in places}
    numbers = {TopicPartition(new.name, number) for number in (2000, 2001, 2002)}
    assert (await later.bounds([new.name])).keys() == numbers
    async with later.consumer(group, [new.name]) as consumer:
        taken = await take_and_commit(consumer, 6)
        assert consumer.assignment() == numbers
        assert sum((await consumer.lag()).values()) == 0
        (member,) = await later.members(group)
        assert member.partitions == numbers
        consumer.pause([TopicPartition(new.name, 2000)])
        consumer.resume([TopicPartition(new.name, 2000)])
    assert sorted(taken) == sorted(records)
    assert sum((await later.group_lag(group, [new.name])).values()) == 0
    first = min(records, key=lambda record: record.offset)
    place = TopicPartition(new.name, first.partition)
    await later.move_group(group, {place: first.offset})
    assert (await later.committed(group, [new.name]))[place] == first.offset
    async with later.consumer(group, [new.name]) as consumer:
        assert (await take(consumer, 1))[0] == first


async def test_a_log_of_another_generation_is_not_gone_on_with(tmp_path: Path) -> None:
    async with EmbeddedBroker.opened(tmp_path / "log.db") as embedded:
        await embedded.ensure_topics([new := topic()])
    async with EmbeddedBroker.opened(tmp_path / "log.db", generation=2) as embedded:
        with pytest.raises(TopicMismatch, match="holds topics of generation 1, and 2 is set"):
            await embedded.ensure_topics([new])


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[tuple[EmbeddedBroker, EmbeddedBroker]]:
    """Brokers of the first and of the second generation."""
    async with (
        EmbeddedBroker.opened(tmp_path / "1.db") as old,
        EmbeddedBroker.opened(tmp_path / "2.db", generation=2) as new,
    ):
        yield old, new


class Overtaken:
    """A broker to which a service without a group writes while its topics are read."""

    def __init__(self, broker: MessageBroker) -> None:
        self.broker = broker

    def __getattr__(self, name: str) -> Any:
        return getattr(self.broker, name)

    def reader(self, topics: Sequence[str]) -> AbstractAsyncContextManager[Reader]:
        return self._reader(topics)

    @asynccontextmanager
    async def _reader(self, topics: Sequence[str]) -> AsyncIterator[Reader]:
        async with self.broker.reader(topics) as reader:
            yield reader
        if "other" in topics:
            await publish(self.broker, [Message("unheard", "late", b"")])


async def test_what_is_written_meanwhile_is_not_left_behind(both: tuple[EmbeddedBroker, EmbeddedBroker]) -> None:
    old, new = both
    topics = [replace(topic(), name=name) for name in ("unheard", "other")]
    await old.ensure_topics(topics)
    with pytest.raises(NotNow, match="somebody wrote while the topics were read"):
        await make_generation(cast("MessageBroker", Overtaken(old)), new, topics, groups := {"group": ["other"]})
    assert not await is_in_use(new, groups)


async def test_a_generation_that_was_left_before_the_last_group_was_moved_is_not_finished(
    both: tuple[EmbeddedBroker, EmbeddedBroker],
) -> None:
    old, new = both
    await old.ensure_topics([one := topic()])
    await publish(old, messages(one, ["a"], ["1"]))
    await new.ensure_topics([one])
    places = await new.bounds([one.name])
    await new.move_group("first", {place: each.end for place, each in places.items()})
    assert not await is_in_use(new, {"first": [one.name], "second": [one.name]})
    assert await is_in_use(new, {"first": [one.name]})


@pytest.mark.kafka
async def test_a_generation_that_is_not_there_is_no_base_of_another(kafka: str) -> None:
    with pytest.raises(NotNow, match="the topics are not there; set ISOPOLITY_TOPIC_GENERATION"):
        await make_generation(kafka_of(kafka, 8), kafka_of(kafka, 9), [one := topic()], {"group": [one.name]})
    assert not await is_made(kafka_of(kafka, 9), [one])


@pytest.mark.kafka
async def test_who_meets_more_partitions_than_are_set_stops_and_says_so(kafka: str) -> None:
    new = topic(partitions=2)
    broker = kafka_of(kafka, 1, {new.name: 2})
    await broker.ensure_topics([new])
    async with AsyncExitStack() as stack:
        producer = await stack.enter_async_context(broker.producer())
        await producer.publish([Message(new.name, "a", b"1")])
        consumer = await stack.enter_async_context(broker.consumer(f"group.{uuid4().hex}", [new.name]))
        reader = await stack.enter_async_context(broker.reader([new.name]))
        assert len(await take(consumer, 1)) == 1
        await raise_by_hand(kafka, new, 4)
        for use in (
            lambda: producer.publish([Message(new.name, "a", b"2")]),
            lambda: consumer.fetch(limit=10, timeout=0.1),
            lambda: reader.fetch(limit=10, timeout=0.1),
        ):
            with pytest.raises(TopicMismatch, match="has 4 partitions, and 2 are set"):
                await repeat(use)
        written = [record.value for record in await read_all(kafka_of(kafka, 1), new)]
        assert written.count(b"1") == 1
    with pytest.raises(TopicMismatch):
        await broker.ensure_topics([new])


@pytest.mark.kafka
async def test_a_new_generation_holds_all_in_order_and_groups_go_on_after_what_they_have_read(kafka: str) -> None:
    state, events, group = topic(partitions=2, compacted=True), topic(partitions=2), f"group.{uuid4().hex}"
    topics, groups = (state, events), {group: (events.name,)}
    old = kafka_of(kafka, 1)
    await old.ensure_topics(topics)
    values, keys = [str(number) for number in range(30)], [f"key-{number}" for number in range(8)]
    await publish(old, messages(events, keys, values))
    await publish(old, [*messages(state, keys, ["1", "2"]), Message(state.name, "key-0", None)])
    new = kafka_of(kafka, 2)
    wide = [replace(each, partitions=5) for each in topics]
    with pytest.raises(NotNow, match=f"240 records wait for {group}"):
        await make_generation(old, new, wide, groups)
    async with old.consumer(group, [events.name]) as consumer:
        await take_and_commit(consumer, 240)
        with pytest.raises(NotNow, match=f"{group} still reads"):
            await make_generation(old, new, wide, groups)
    assert not await is_made(new, topics)
    made = await make_generation(old, new, wide, groups)
    assert made.records[events.name] == 240
    assert made.keyless == 0
    assert await is_made(new, topics)
    assert await is_in_use(new, groups)
    before, after = await read_all(old, events), await read_all(new, events)
    for key in keys:
        assert [(r.value, r.timestamp) for r in after if r.key == key] == [
            (r.value, r.timestamp) for r in before if r.key == key
        ]
    assert {1000, 1001} < {record.partition for record in after} <= {1000, 1001, 1002, 1003, 1004}
    newest = {record.key: record.value for record in await read_all(new, state)}
    assert newest == dict.fromkeys(keys, b"2") | {"key-0": None}
    assert sum((await new.group_lag(group, [events.name])).values()) == 0
    await publish(new, [Message(events.name, "key-1", b"next")])
    async with new.consumer(group, [events.name]) as consumer:
        assert [record.value for record in await take(consumer, 1)] == [b"next"]


@pytest.mark.parametrize(
    ("arguments", "broker", "code", "sentence"),
    [
        ([], "127.0.0.1:1", 2, "Say how many partitions"),
        (["many"], "127.0.0.1:1", 2, "Say how many partitions"),
        (["0"], "127.0.0.1:1", 2, "Say how many partitions"),
        (["12"], "embedded", 2, "Set ISOPOLITY_BROKER"),
    ],
)
def test_raising_partitions_says_what_is_wrong(
    arguments: list[str],
    broker: str,
    code: int,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ISOPOLITY_BROKER", broker)
    assert main(arguments) == code
    assert sentence in capsys.readouterr().err


def test_partitions_are_as_the_catalogue_has_them_unless_they_are_set() -> None:
    assert Settings.model_fields["topic_partitions"].default == PARTITIONS


async def repeat(use: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            await use()


async def raise_by_hand(address: str, one: Topic, partitions: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        await admin.create_partitions({one.name: NewPartitions(total_count=partitions)})
    finally:
        await admin.close()

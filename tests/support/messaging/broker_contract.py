"""The contract of a MessageBroker, clause by clause, as plain functions.

The suite runs each of them against the real brokers, and against mutants, each of which must fail its clause.
"""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from isopolity.contracts.topic import Topic
from isopolity.messaging.broker import (
    Batch,
    Bounds,
    Message,
    MessageBroker,
    Reader,
    Record,
    TopicPartition,
    this_process,
)
from isopolity.messaging.errors import GroupInUse, ProducerFenced, TopicMismatch
from isopolity.messaging.generations import partition_of
from tests.support.messaging import topics
from tests.support.messaging.topics import messages, publish, read_all, records_in, take, take_and_commit, topic
from tests.support.polling import until


async def what_is_read_is_what_was_published(broker: MessageBroker) -> None:
    new = topic()
    await broker.ensure_topics([new])
    headers = [("ce_id", b"1"), ("twice", b"a"), ("twice", b"\xff\x00"), ("traceparent", b"")]
    await publish(broker, [Message(new.name, "São Paulo", "München".encode(), headers)])
    (record,) = await read_all(broker, new)
    assert (record.topic, record.key, record.value) == (new.name, "São Paulo", "München".encode())
    assert [tuple(header) for header in record.headers] == headers
    assert record.timestamp > 1_600_000_000_000


async def order_holds_per_key(broker: MessageBroker) -> None:
    new = topic()
    await broker.ensure_topics([new])
    values = [str(n) for n in range(200)]
    async with broker.producer() as producer:
        for start in range(0, 200, 40):
            await producer.publish(messages(new, ["a", "b", "c", "d"], values[start : start + 40]))
    records = await read_all(broker, new)
    for key in "abcd":
        own = [record for record in records if record.key == key]
        assert [record.value for record in own] == [value.encode() for value in values]
        assert len({record.partition for record in own}) == 1
        assert [record.offset for record in own] == sorted(record.offset for record in own)


async def keys_spread_over_partitions(broker: MessageBroker) -> None:
    new = topic(partitions=3)
    await broker.ensure_topics([new])
    await publish(broker, messages(new, [str(n) for n in range(50)], ["x"]))
    assert {record.partition for record in await read_all(broker, new)} == {0, 1, 2}


async def uncommitted_records_come_again_after_a_crash(broker: MessageBroker) -> None:
    new, group = topic(), f"group.{uuid4().hex}"
    await broker.ensure_topics([new])
    await publish(broker, messages(new, ["a"], ["1", "2", "3"]))
    async with broker.consumer(group, [new.name]) as consumer:
        await take(consumer, 3)
    async with broker.consumer(group, [new.name]) as consumer:
        (first, *_) = await take(consumer, 3)
        await consumer.commit({TopicPartition(new.name, first.partition): first.offset + 1})
    async with broker.consumer(group, [new.name]) as consumer:
        assert [record.value for record in await take(consumer, 2)] == [b"2", b"3"]


async def committed_records_do_not_come_again(broker: MessageBroker) -> None:
    new, group = topic(), f"group.{uuid4().hex}"
    await broker.ensure_topics([new])
    await publish(broker, messages(new, ["a", "b"], ["1", "2"]))
    async with broker.consumer(group, [new.name]) as consumer:
        await take_and_commit(consumer, 4)
    await publish(broker, messages(new, ["a"], ["3"]))
    async with broker.consumer(group, [new.name]) as consumer:
        assert [record.value for record in await take(consumer, 1)] == [b"3"]


async def groups_read_independently(broker: MessageBroker) -> None:
    new = topic()
    await broker.ensure_topics([new])
    await publish(broker, messages(new, ["a"], ["1"]))
    for _ in range(2):
        async with broker.consumer(f"group.{uuid4().hex}", [new.name]) as consumer:
            assert len(await take_and_commit(consumer, 1)) == 1


async def a_group_can_start_over(broker: MessageBroker) -> None:
    new, group = topic(), f"group.{uuid4().hex}"
    await broker.ensure_topics([new])
    await publish(broker, messages(new, ["a", "b", "c"], ["1", "2"]))
    async with broker.consumer(group, [new.name]) as consumer:
        first = await take_and_commit(consumer, 6)
        await consumer.seek_to_start()
        again = await take(consumer, 6)
        assert sorted(again) == sorted(first)
        await consumer.seek({TopicPartition(r.topic, r.partition): r.offset for r in again if r.key == "a"})
        assert (await take(consumer, 1))[0].value == b"2"


async def tombstones_are_read_and_end_the_key(broker: MessageBroker) -> None:
    new = topic(compacted=True)
    await broker.ensure_topics([new])
    await publish(broker, messages(new, ["a", "b"], ["1"]))
    await publish(broker, [Message(new.name, "a", None)])
    newest = {record.key: record.value for record in await read_all(broker, new)}
    assert newest == {"a": None, "b": b"1"}


async def a_compacted_topic_keeps_the_newest_of_each_key(broker: MessageBroker) -> None:
    new = topic(compacted=True)
    await broker.ensure_topics([new])
    await publish(broker, messages(new, ["a", "b"], ["1", "2", "3"]))
    await publish(broker, messages(new, ["a"], ["4", "5"]))
    newest = {record.key: record.value for record in await read_all(broker, new)}
    assert newest == {"a": b"5", "b": b"3"}


async def the_end_never_goes_back(broker: MessageBroker) -> None:
    new = topic(partitions=1, compacted=True)
    await broker.ensure_topics([new])
    ends = []
    async with broker.reader([new.name]) as reader:
        for value in ["1", "2", None]:
            await publish(broker, [Message(new.name, "a", value.encode() if value else None)])
            ends.append((await reader.end_offsets())[TopicPartition(new.name, 0)])
        records = await take(reader, 1)
    assert ends == sorted(set(ends))
    assert records[-1].offset < ends[-1]


async def a_paused_partition_is_not_fetched(broker: MessageBroker) -> None:
    new = topic(partitions=2)
    await broker.ensure_topics([new])
    async with broker.consumer(f"group.{uuid4().hex}", [new.name]) as consumer:
        stopped = TopicPartition(new.name, 0)
        consumer.pause([stopped])
        await publish(broker, messages(new, [str(n) for n in range(40)], ["x"]))
        flowing = len([n for n in range(40) if _partition(new, str(n)) == 1])
        assert {record.partition for record in await take(consumer, flowing)} == {1}
        assert records_in(await consumer.fetch(limit=1000, timeout=0.5)) == []
        consumer.resume([stopped])
        assert {record.partition for record in await take(consumer, 40 - flowing)} == {0}


async def a_fetch_returns_no_more_than_asked(broker: MessageBroker) -> None:
    new = topic()
    await broker.ensure_topics([new])
    await publish(broker, messages(new, [str(n) for n in range(20)], ["x"] * 5))
    seen = 0
    async with asyncio.timeout(topics.PATIENCE), broker.consumer(f"group.{uuid4().hex}", [new.name]) as consumer:
        while seen < 100:
            records = records_in(await consumer.fetch(limit=7, timeout=0.2))
            assert len(records) <= 7
            seen += len(records)


async def a_fetch_lets_others_run(broker: MessageBroker) -> None:
    new = topic()
    await broker.ensure_topics([new])
    await publish(broker, messages(new, ["a"], [str(n) for n in range(30)]))
    async with broker.reader([new.name]) as reader:
        await _first_record(reader)
        for _ in range(3):
            turned = asyncio.Event()
            asyncio.get_running_loop().call_soon(turned.set)
            assert await reader.fetch(limit=1, timeout=topics.PATIENCE)
            assert turned.is_set()


async def a_waiting_reader_is_woken(broker: MessageBroker) -> None:
    new = topic()
    await broker.ensure_topics([new])
    async with broker.reader([new.name]) as reader:
        waiting = asyncio.create_task(_first_record(reader))
        await asyncio.sleep(0.1)  # it fetches nothing and waits before a message is published
        await publish(broker, messages(new, ["a"], ["1"]))
        async with asyncio.timeout(topics.PATIENCE):
            assert (await waiting).value == b"1"


async def a_reader_knows_when_it_has_read_all(broker: MessageBroker) -> None:
    new = topic()
    await broker.ensure_topics([new])
    async with broker.producer(f"id.{uuid4().hex}") as producer:
        for value in "123":
            await producer.publish(messages(new, ["a", "b", "c"], [value]))
    assert len(await read_all(broker, new, 9)) == 9


async def the_lag_falls_to_nought(broker: MessageBroker) -> None:
    new, group = topic(), f"group.{uuid4().hex}"
    await broker.ensure_topics([new])
    async with broker.producer(f"id.{uuid4().hex}") as producer:
        await producer.publish(messages(new, ["a", "b", "c"], ["1", "2"]))
    await read_all(broker, new, 6)  # it becomes visible a little later
    assert sum((await broker.group_lag(group, [new.name])).values()) >= 6
    async with broker.consumer(group, [new.name]) as consumer:
        assert sum((await consumer.lag()).values()) >= 6
        await take_and_commit(consumer, 6)
        assert set((await consumer.lag()).values()) == {0}
    assert set((await broker.group_lag(group, [new.name])).values()) == {0}


async def nothing_to_read_is_no_lag(broker: MessageBroker) -> None:
    """A log may end with unreadable places, such as the marker of a transaction."""
    new, group = topic(partitions=1), f"group.{uuid4().hex}"
    place = TopicPartition(new.name, 0)
    await broker.ensure_topics([new])
    async with broker.producer(f"id.{uuid4().hex}") as producer:
        await producer.publish(messages(new, ["a"], ["1", "2"]))
    async with broker.consumer(group, [new.name]) as consumer:
        (first, last) = await take(consumer, 2)
        await consumer.commit({place: last.offset})
        assert (await broker.group_lag(group, [new.name]))[place] >= 1
        assert (await consumer.lag())[place] >= 1
        await consumer.commit({place: last.offset + 1})
        assert (await broker.group_lag(group, [new.name]))[place] == 0
        while (await consumer.lag())[place]:
            await consumer.fetch(limit=1, timeout=0.1)
    assert (await broker.group_lag(f"group.{uuid4().hex}", [new.name]))[place] >= last.offset - first.offset + 1


async def work_in_flight_at_shutdown_comes_again_or_is_committed(broker: MessageBroker) -> None:
    new, group = topic(), f"group.{uuid4().hex}"
    await broker.ensure_topics([new])
    await publish(broker, messages(new, ["a", "b", "c"], ["1", "2", "3", "4"]))
    async with broker.consumer(group, [new.name]) as consumer:
        finished: list[Batch] = []
        while not finished:
            finished = [batch for batch in await consumer.fetch(limit=2, timeout=0.2) if batch.records]
        await consumer.fetch(limit=3, timeout=0.2)
        await consumer.commit({batch.partition: batch.next_offset for batch in finished})
    done = records_in(finished)
    async with broker.consumer(group, [new.name]) as consumer:
        rest = await take(consumer, 12 - len(done))
    assert sorted([*done, *rest]) == sorted(await read_all(broker, new))


async def a_predecessor_is_fenced(broker: MessageBroker) -> None:
    new, name = topic(), f"id.{uuid4().hex}"
    await broker.ensure_topics([new])
    async with broker.producer(name) as predecessor:
        await predecessor.publish(messages(new, ["a"], ["old"]))
        async with broker.producer(name) as successor:
            await successor.publish(messages(new, ["a"], ["new"]))
            for _ in range(2):
                await _expect(ProducerFenced, predecessor.publish(messages(new, ["a"], ["late"])))
            await successor.publish(messages(new, ["a"], ["newer"]))
    assert [record.value for record in await read_all(broker, new, 3)] == [b"old", b"new", b"newer"]


async def members_share_the_partitions(broker: MessageBroker) -> None:
    new, group = topic(partitions=4), f"group.{uuid4().hex}"
    await broker.ensure_topics([new])
    given_up: set[TopicPartition] = set()

    async def on_revoked(partitions: frozenset[TopicPartition]) -> None:
        given_up.update(partitions)

    async with broker.consumer(group, [new.name], on_revoked=on_revoked) as first:
        assert len(first.assignment()) == 4
        async with broker.consumer(group, [new.name]) as second:
            async with asyncio.timeout(topics.PATIENCE):
                while len(first.assignment()) != 2 or len(second.assignment()) != 2:
                    await asyncio.gather(first.fetch(limit=1, timeout=0.1), second.fetch(limit=1, timeout=0.1))
            assert not first.assignment() & second.assignment()
            assert second.assignment() <= given_up
            await first.commit(dict.fromkeys(second.assignment(), 1))
        async with asyncio.timeout(topics.PATIENCE):
            while len(first.assignment()) != 4:
                await first.fetch(limit=1, timeout=0.1)


async def a_topic_with_other_partitions_is_refused(broker: MessageBroker) -> None:
    new = topic(partitions=2)
    await broker.ensure_topics([new])
    await broker.ensure_topics([new])
    other = Topic(
        name=new.name,
        key="any",
        key_field="",
        producer="test",
        consumers=(),
        types=(),
        retention=new.retention,
        partitions=3,
    )
    await _expect(TopicMismatch, broker.ensure_topics([other]))
    assert len(await broker.group_lag("nobody", [new.name])) == 2


async def thousands_are_published_at_once(broker: MessageBroker) -> None:
    new = topic()
    await broker.ensure_topics([new])
    async with broker.producer(f"id.{uuid4().hex}") as producer, asyncio.timeout(topics.PATIENCE):
        await producer.publish(messages(new, [str(n) for n in range(5000)], ["x" * 200]))
    assert len(await read_all(broker, new, 5000)) == 5000


async def each_message_lies_where_its_publisher_was_told(broker: MessageBroker) -> None:
    new = topic(partitions=3)
    await broker.ensure_topics([new])
    for number, identity in enumerate((None, f"teller-{uuid4()}"), start=1):
        sent = [Message(new.name, f"{identity}-{n % 7}", f"{n:01000}".encode()) for n in range(900)]
        async with broker.producer(identity) as producer:
            places = await producer.publish(sent)
            assert await producer.publish([]) == ()
        found = {(r.topic, r.partition, r.offset): (r.key, r.value) for r in await read_all(broker, new, 900 * number)}
        assert [found[place.topic, place.partition, place.offset or 0] for place in places] == [m[1:3] for m in sent]


async def bounds_hold_what_was_published(broker: MessageBroker) -> None:
    new = topic(partitions=2)
    await broker.ensure_topics([new])
    assert set((await broker.bounds([new.name])).values()) == {Bounds(0, 0)}
    await publish(broker, messages(new, ["a"], ["1", "2", "3"]))
    own = TopicPartition(new.name, _partition(new, "a"))
    found = await broker.bounds([new.name])
    assert found == {TopicPartition(new.name, n): Bounds(0, 3 if n == own.partition else 0) for n in range(2)}


async def the_offset_of_a_moment_is_that_of_the_first_record_since(broker: MessageBroker) -> None:
    new = topic(partitions=1)
    place = TopicPartition(new.name, 0)
    await broker.ensure_topics([new])
    records: list[Record] = []
    while len({record.timestamp for record in records}) < 2:
        await publish(broker, messages(new, ["a"], ["x"]))
        records = await read_all(broker, new)
    last = records[-1]
    assert last.timestamp > records[0].timestamp
    expected = next(record.offset for record in records if record.timestamp >= last.timestamp)
    moment = datetime.fromtimestamp(last.timestamp / 1000, UTC)
    assert (await broker.offsets_at([new.name], moment))[place] == expected
    assert (await broker.offsets_at([new.name], moment + timedelta(days=1)))[place] == last.offset + 1
    assert (await broker.offsets_at([new.name], moment - timedelta(days=1)))[place] == 0


async def committed_offsets_are_told_by_group(broker: MessageBroker) -> None:
    new, group = topic(), f"group.{uuid4().hex}"
    await broker.ensure_topics([new])
    await publish(broker, messages(new, ["a"], ["1", "2"]))
    assert await broker.committed(group, [new.name]) == {}
    async with broker.consumer(group, [new.name]) as consumer:
        (first, _) = await take(consumer, 2)
        await consumer.commit({TopicPartition(new.name, first.partition): first.offset + 1})
    assert await broker.committed(group, [new.name]) == {TopicPartition(new.name, first.partition): first.offset + 1}
    assert await broker.committed(f"group.{uuid4().hex}", [new.name]) == {}


async def who_is_in_a_group_is_told_with_what_each_holds(broker: MessageBroker) -> None:
    new, group = topic(), f"group.{uuid4().hex}"
    await broker.ensure_topics([new])
    assert list(await broker.members(group)) == []
    async with broker.consumer(group, [new.name]) as consumer:
        async with asyncio.timeout(topics.PATIENCE):
            while not consumer.assignment():
                await consumer.fetch(limit=1, timeout=0.1)
        (member,) = await broker.members(group)
        assert (member.client, member.partitions) == (this_process(), consumer.assignment())
    await until(lambda: _is_empty(broker, group), within=topics.PATIENCE)


async def a_group_without_members_reads_on_from_where_it_is_moved(broker: MessageBroker) -> None:
    new, group = topic(), f"group.{uuid4().hex}"
    await broker.ensure_topics([new])
    await publish(broker, messages(new, ["a"], ["1", "2", "3"]))
    async with broker.consumer(group, [new.name]) as consumer:
        (first, _, last) = await take(consumer, 3)
        place = TopicPartition(new.name, first.partition)
        await consumer.commit({place: last.offset + 1})
        await _expect(GroupInUse, broker.move_group(group, {place: first.offset}))
    await until(lambda: _is_empty(broker, group), within=topics.PATIENCE)
    for offset, values in ((first.offset, [b"1", b"2", b"3"]), (last.offset, [b"3"])):
        await broker.move_group(group, {place: offset})
        assert (await broker.committed(group, [new.name]))[place] == offset
        async with broker.consumer(group, [new.name]) as consumer:
            assert [record.value for record in await take(consumer, len(values))] == values
        await until(lambda: _is_empty(broker, group), within=topics.PATIENCE)


async def the_broker_answers_a_ping(broker: MessageBroker) -> None:
    await broker.ping()


CHECKS = (
    what_is_read_is_what_was_published,
    order_holds_per_key,
    keys_spread_over_partitions,
    uncommitted_records_come_again_after_a_crash,
    committed_records_do_not_come_again,
    groups_read_independently,
    a_group_can_start_over,
    tombstones_are_read_and_end_the_key,
    a_compacted_topic_keeps_the_newest_of_each_key,
    the_end_never_goes_back,
    a_paused_partition_is_not_fetched,
    a_fetch_returns_no_more_than_asked,
    a_fetch_lets_others_run,
    a_waiting_reader_is_woken,
    a_reader_knows_when_it_has_read_all,
    the_lag_falls_to_nought,
    nothing_to_read_is_no_lag,
    work_in_flight_at_shutdown_comes_again_or_is_committed,
    a_predecessor_is_fenced,
    members_share_the_partitions,
    a_topic_with_other_partitions_is_refused,
    thousands_are_published_at_once,
    each_message_lies_where_its_publisher_was_told,
    bounds_hold_what_was_published,
    the_offset_of_a_moment_is_that_of_the_first_record_since,
    committed_offsets_are_told_by_group,
    who_is_in_a_group_is_told_with_what_each_holds,
    a_group_without_members_reads_on_from_where_it_is_moved,
    the_broker_answers_a_ping,
)


async def _first_record(reader: Reader) -> Record:
    while True:
        records = records_in(await reader.fetch(limit=10, timeout=topics.PATIENCE + 1))
        if records:
            return records[0]


async def _is_empty(broker: MessageBroker, group: str) -> bool:
    return not await broker.members(group)


def _partition(topic: Topic, key: str) -> int:
    return partition_of(key.encode(), topic.partitions)


async def _expect(error: type[Exception], publishing: Awaitable[object]) -> None:
    try:
        await publishing
    except error:
        return
    raise AssertionError(f"{error.__name__} was not raised")

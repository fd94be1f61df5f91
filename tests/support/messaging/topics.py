"""A topic of the test's own, messages for it, and readings of its records."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from isopolity.contracts.topic import Topic
from isopolity.messaging.broker import Batch, Consumer, Message, MessageBroker, Reader, Record

PATIENCE = 60.0
"""Seconds after which a missing record counts as lost; a working broker needs less than a tenth of it."""


def topic(*, partitions: int = 3, compacted: bool = False) -> Topic:
    """A topic that no other test uses."""
    return Topic(
        name=f"test.{uuid4().hex}",
        key="any",
        key_field="",
        producer="test",
        consumers=(),
        types=(),
        retention=None if compacted else timedelta(days=1),
        partitions=partitions,
    )


def messages(topic: Topic, keys: Sequence[str], values: Sequence[str]) -> list[Message]:
    """One message for each value and key, in this order."""
    return [Message(topic.name, key, value.encode(), [("n", value.encode())]) for value in values for key in keys]


async def publish(broker: MessageBroker, batch: Sequence[Message]) -> None:
    async with broker.producer() as producer:
        await producer.publish(batch)


async def take(consumer: Reader | Consumer, count: int) -> list[Record]:
    """Fetch until `count` records have come, or fail."""
    records: list[Record] = []
    async with asyncio.timeout(PATIENCE):
        while len(records) < count:
            records += records_in(await consumer.fetch(limit=1000, timeout=0.2))
    return records


async def take_and_commit(consumer: Consumer, count: int) -> list[Record]:
    """Records as `take` returns them, committed."""
    records: list[Record] = []
    async with asyncio.timeout(PATIENCE):
        while len(records) < count:
            batches = await consumer.fetch(limit=1000, timeout=0.2)
            records += [record for batch in batches for record in batch.records]
            await consumer.commit({batch.partition: batch.next_offset for batch in batches})
    return records


async def read_all(broker: MessageBroker, topic: Topic, least: int = 0) -> list[Record]:
    """All records of the topic; waits for at least `least`, since a transaction becomes visible a little later."""
    records: list[Record] = []
    async with asyncio.timeout(PATIENCE), broker.reader([topic.name]) as reader:
        ends = await reader.end_offsets()
        while len(records) < least or any(at < ends[place] for place, at in (await reader.position()).items()):
            records += [r for batch in await reader.fetch(limit=1000, timeout=0.2) for r in batch.records]
    return records


def records_in(batches: Sequence[Batch]) -> list[Record]:
    return [record for batch in batches for record in batch.records]

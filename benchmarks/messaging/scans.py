"""Scans for people: how fast one reads, what it costs those who consume beside it, and how soon who follows sees.

It has a topic of its own, so that the cluster keeps what others have.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from statistics import median
from tempfile import TemporaryFile
from time import perf_counter
from typing import Any
from uuid import uuid4

from aiokafka.admin import AIOKafkaAdminClient

from benchmarks.measuring import Cost, Countdown, interleaved
from benchmarks.report import Row, Target
from benchmarks.sample import messages
from benchmarks.surroundings import Surroundings
from isopolity.contracts import cloudevents
from isopolity.contracts.catalogue import CITY
from isopolity.contracts.topic import Topic
from isopolity.machine.child_process import run_confined
from isopolity.messaging.broker import Message, TopicPartition
from isopolity.messaging.scanning.query import UNFIT, Query
from isopolity.messaging.scanning.scan import ScanLimits, follow
from isopolity.runtime import scan_process
from isopolity.runtime.scan_process import Order, ProcessBounds

_CHUNK = 2_000


async def measure(here: Surroundings) -> Sequence[Row]:
    """A scan that masks and judges every event, and tells none; it runs as a service runs it, in a child process."""
    count = here.size(60_000)
    async with _filled(here, count) as topic:
        accounts = [await _scan(here, topic) for _ in range(here.rounds(5))]
        speeds = [account["read"] / account["seconds"] for account in accounts]
        contenders = {"alone": lambda: _consume(here, topic, count), "beside": lambda: _beside(here, topic, count)}
        samples = await interleaved(contenders, here.rounds(5))
        waits = await _waits(here, topic, here.rounds(20))
    size = f"{count:,} events of 1 kB"
    return [
        Row(
            what="a scan for people, each event masked and judged",
            size=size,
            unit="events/s",
            ours=median(speeds),
            target=Target(of="figure", sense="≥", value=8_000),
            note="in a child process, behind all else",
            samples={"seconds": [account["seconds"] for account in accounts]},
        ),
        Row(
            what="a consumer beside such a scan",
            size=size,
            unit="events/s",
            ours=count / median(samples.clock("beside")),
            peer_name="the consumer alone",
            peer=count / median(samples.clock("alone")),
            ratio=samples.times("alone", "beside"),
            target=Target(of="ratio", sense="≥", value=0.9),
            note="of its throughput",
            samples=samples.seconds("alone", "beside"),
        ),
        Row(
            what="an event told to who follows, after it was published",
            size=f"{len(waits)} events",
            unit="ms",
            ours=1e3 * median(waits),
            target=Target(of="figure", sense="≤", value=1_000),
            note=f"{1e3 * max(waits):.0f} ms at most",
            samples={"seconds": waits},
        ),
    ]


@asynccontextmanager
async def _filled(here: Surroundings, count: int) -> AsyncIterator[Topic]:
    """A new topic with that many events of cities on it; it is deleted afterwards."""
    topic = Topic(
        name=f"bench.{uuid4().hex}", key="", key_field="", producer="bench", consumers=(), types=(),
        retention=None, partitions=CITY.partitions,
    )  # fmt: skip
    await here.broker.ensure_topics([topic])
    try:
        async with here.broker.producer() as producer:
            chunk: list[Message] = []
            for message in messages(count):
                chunk.append(message._replace(topic=topic.name))
                if len(chunk) == _CHUNK:
                    await producer.publish(chunk)
                    chunk.clear()
            await producer.publish(chunk)
        yield topic
    finally:
        admin = AIOKafkaAdminClient(bootstrap_servers=here.kafka)
        await admin.start()
        try:
            await admin.delete_topics([topic.name])
        finally:
            await admin.close()


async def _scan(here: Surroundings, topic: Topic) -> Mapping[str, Any]:
    """The account of a scan of the whole topic."""
    limits = ScanLimits(records=10_000_000, bytes=1 << 40, seconds=120)
    query = Query(topics=(topic.name,), type=UNFIT)
    order = Order(broker=dict(here.broker.for_readers()), query=query, limits=limits)
    with TemporaryFile() as asks, TemporaryFile() as lines:
        asks.write(order.model_dump_json().encode())
        bounds = ProcessBounds(seconds=180, cpu_seconds=180)
        await run_confined(
            scan_process.__name__, bounds.model_dump_json(), reads=asks, writes=lines, seconds=bounds.seconds
        )
        lines.seek(0)
        account: Mapping[str, Any] = json.loads(lines.readlines()[-1])["account"]
    return account


async def _consume(here: Surroundings, topic: Topic, count: int) -> Cost:
    """Until a group has read and decoded everything."""
    countdown = Countdown(count)
    async with here.broker.consumer(uuid4().hex, [topic.name]) as consumer:
        countdown.start()
        while not countdown.done:
            batches = await consumer.fetch(limit=500, timeout=1)
            for batch in batches:
                for record in batch.records:
                    cloudevents.decode(record.value or b"", record.headers)
                countdown.count(len(batch.records))
            await consumer.commit({batch.partition: batch.next_offset for batch in batches})
    return countdown.cost


async def _beside(here: Surroundings, topic: Topic, count: int) -> Cost:
    """Events a second that a consumer handles while one scan after the other runs."""
    scanning = asyncio.create_task(_scan_for_ever(here, topic))
    try:
        return await _consume(here, topic, count)
    finally:
        scanning.cancel()
        await asyncio.gather(scanning, return_exceptions=True)


async def _scan_for_ever(here: Surroundings, topic: Topic) -> None:
    while True:
        await _scan(here, topic)


async def _waits(here: Surroundings, topic: Topic, count: int) -> list[float]:
    """From before an event is published until it is told."""
    waits = []
    query = Query(topics=(topic.name,))
    for number in range(count):
        begin: Mapping[TopicPartition, int] = {
            place: bounds.end for place, bounds in (await here.broker.bounds([topic.name])).items()
        }
        following = asyncio.create_task(
            follow(here.broker, query, ScanLimits(seconds=10), lambda told: None, begin=begin)
        )
        await asyncio.sleep(0.5)  # it has connected, and waits
        async with here.broker.producer() as producer:
            started = perf_counter()
            await producer.publish([Message(topic.name, f"followed-{number}", b"{}")])
            await following
            waits.append(perf_counter() - started)
    return waits

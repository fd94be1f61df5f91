"""The consumer runner per message, without a database: against a plain aiokafka loop and FastStream.

All read the same topic from its start in a group of their own and make the same event of each record (CloudEvents
envelope, data as a pydantic model); the handler only counts. Each promises what it promises by its own
recommended settings: ours and the plain loop commit after the work, FastStream lets aiokafka commit as it goes.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from statistics import median
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer
from faststream.kafka import KafkaBroker as FastStreamBroker
from faststream.kafka import KafkaMessage

from benchmarks.measuring import Cost, Countdown, interleaved
from benchmarks.report import Row, Target
from benchmarks.sample import messages
from benchmarks.surroundings import Surroundings
from isopolity.contracts import cloudevents
from isopolity.contracts.catalogue import CITY, dead_letter_topic
from isopolity.contracts.event import Envelope, Event, Lineage
from isopolity.contracts.registry import CityState
from isopolity.messaging.broker import Consumer, Message, PartitionsCallback
from isopolity.messaging.consuming.lane import Delivery
from isopolity.messaging.consuming.runner import ConsumerRunner
from isopolity.messaging.consuming.settings import RunnerSettings
from isopolity.messaging.kafka.broker import KafkaBroker
from isopolity.messaging.kafka.settings import KafkaSettings

CHUNK = 2000
PLAIN = "plain aiokafka"
CHECKED = 500
See = Callable[[Event[Any]], None]
Contender = Callable[[str, int, See], Awaitable[Cost]]
"""Reads as many messages from the topic, shows each event, and returns what it took once it had joined."""


async def measure(here: Surroundings) -> Sequence[Row]:
    """Three peers: the plain loop, FastStream message by message, FastStream in batches."""
    contenders: dict[str, Contender] = {
        "ours": runner,
        PLAIN: plain,
        "FastStream": faststream,
        "FastStream, our decoder": faststream_with_our_decoder,
        "FastStream, batches": faststream_batches,
    }
    await fill(here, CHECKED)
    await require_equal(here, contenders)
    count = here.size(12_000)
    await fill(here, count)

    def timed(contender: Contender) -> Callable[[], Awaitable[Cost]]:
        async def once() -> Cost:
            return await contender(here.kafka, count, lambda event: None)

        return once

    samples = await interleaved({name: timed(each) for name, each in contenders.items()}, here.rounds())

    def row(peer: str, target: Target | None) -> Row:
        slower, faster = ("ours", peer) if peer == PLAIN else (peer, "ours")
        return Row(
            what=f"consumer runner beside {peer}",
            size=f"{count:,} events of 1 kB",
            unit="µs/message",
            ours=median(samples.clock("ours")) / count * 1e6,
            peer_name=peer,
            peer=median(samples.clock(peer)) / count * 1e6,
            ratio=samples.times(slower, faster),
            work_ratio=samples.times_the_work(slower, faster),
            target=target,
            note="the time" if peer == PLAIN else "as fast",
            samples=samples.seconds("ours", peer),
        )

    faster = Target(of="ratio", sense="≥", value=1.8)
    return [
        row(PLAIN, Target(of="ratio", sense="≤", value=1.6)),
        row("FastStream", faster),
        row("FastStream, our decoder", None),
        row("FastStream, batches", None),
    ]


async def fill(here: Surroundings, count: int) -> None:
    """Exactly `count` cities on the topic, and no group that has read any of them."""
    await here.empty_topics([CITY, dead_letter_topic("registry")])
    async with here.broker.producer() as producer:
        chunk: list[Message] = []
        for message in messages(count):
            chunk.append(message)
            if len(chunk) == CHUNK:
                await producer.publish(chunk)
                chunk.clear()
        await producer.publish(chunk)


async def require_equal(here: Surroundings, contenders: dict[str, Contender]) -> None:
    """All contenders see the same events; anything else would not be worth timing."""
    seen: dict[str, dict[str, Event[Any]]] = {}
    for name, contender in contenders.items():
        seen[name] = {}
        await contender(here.kafka, CHECKED, _into(seen[name]))
    for name, events in seen.items():
        if len(events) != CHECKED or events != seen["ours"]:
            raise SystemExit(f"{name} does not see the same events as ours: the comparison would mean nothing")


def _into(events: dict[str, Event[Any]]) -> See:
    def see(event: Event[Any]) -> None:
        events[event.envelope.id] = event

    return see


class _Joined(KafkaBroker):
    """Says when the consumer has joined its group."""

    def __init__(self, kafka: str, joined: Callable[[], None]) -> None:
        super().__init__(KafkaSettings(bootstrap_servers=kafka))
        self._joined = joined

    @asynccontextmanager
    async def consumer(
        self,
        group: str,
        topics: Sequence[str],
        *,
        on_assigned: PartitionsCallback | None = None,
        on_revoked: PartitionsCallback | None = None,
    ) -> AsyncIterator[Consumer]:
        async with super().consumer(group, topics, on_assigned=on_assigned, on_revoked=on_revoked) as consumer:
            self._joined()
            yield consumer


async def runner(kafka: str, count: int, see: See) -> Cost:
    """Ours, as every service runs it."""
    countdown = Countdown(count)

    async def process(deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            see(delivery.event)
            countdown.count()
        if countdown.done:
            consumer.stop()

    broker = _Joined(kafka, countdown.start)
    fates = RunnerSettings().fates(uuid4().hex, broker, dead_letter_topic("registry").name)
    consumer = ConsumerRunner(broker=broker, topics=[CITY.name], processor=process, fates=fates)
    await consumer.run()
    await countdown.wait()
    return countdown.cost


async def plain(kafka: str, count: int, see: See) -> Cost:
    """The loop in aiokafka's documentation for committing by hand."""
    countdown = Countdown(count)
    consumer = AIOKafkaConsumer(
        CITY.name,
        bootstrap_servers=kafka,
        group_id=uuid4().hex,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    await consumer.start()
    countdown.start()
    try:
        while not countdown.done:
            for partition, records in (await consumer.getmany(timeout_ms=1000)).items():
                for record in records:
                    see(cloudevents.decode(record.value, record.headers))
                    countdown.count()
                await consumer.commit({partition: records[-1].offset + 1})
    finally:
        await consumer.stop()
    return countdown.cost


async def faststream(kafka: str, count: int, see: See) -> Cost:
    """A handler as FastStream's documentation writes it: the type of the argument decides how it is parsed."""
    countdown, broker = Countdown(count), FastStreamBroker(kafka, logger=None)

    @broker.subscriber(CITY.name, group_id=uuid4().hex, auto_offset_reset="earliest")
    async def handle(city: CityState, message: KafkaMessage) -> None:
        see(Event(_envelope(message.headers), city))
        countdown.count()

    return await _run(broker, countdown)


async def faststream_with_our_decoder(kafka: str, count: int, see: See) -> Cost:
    """With our codec in place of its own parsing, and the checking of arguments left out."""
    countdown, broker = Countdown(count), FastStreamBroker(kafka, logger=None, apply_types=False)

    async def decode(message: KafkaMessage) -> Event[Any]:
        record: Any = message.raw_message
        return cloudevents.decode(record.value, record.headers)

    @broker.subscriber(CITY.name, group_id=uuid4().hex, auto_offset_reset="earliest", decoder=decode)
    async def handle(event: Event[Any]) -> None:
        see(event)
        countdown.count()

    return await _run(broker, countdown)


async def faststream_batches(kafka: str, count: int, see: See) -> Cost:
    """Its handler for whole batches."""
    countdown, broker = Countdown(count), FastStreamBroker(kafka, logger=None)

    @broker.subscriber(CITY.name, group_id=uuid4().hex, auto_offset_reset="earliest", batch=True)
    async def handle(cities: list[CityState], message: KafkaMessage) -> None:
        for city, headers in zip(cities, message.batch_headers, strict=True):
            see(Event(_envelope(headers), city))
            countdown.count()

    return await _run(broker, countdown)


async def _run(broker: FastStreamBroker, countdown: Countdown) -> Cost:
    await broker.start()
    countdown.start()
    try:
        await countdown.wait()
    finally:
        await broker.stop()
    return countdown.cost


def _envelope(headers: dict[str, str]) -> Envelope:
    return Envelope(
        headers["ce_id"],
        headers["ce_source"],
        headers["ce_type"],
        headers["ce_subject"],
        datetime.fromisoformat(headers["ce_time"]),
        headers["ce_dataschema"],
        Lineage(headers["ce_correlationid"], headers.get("ce_causationid"), headers.get("traceparent")),
    )

"""The relay: how many events a second it takes from PostgreSQL's outbox to Kafka."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from statistics import median

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from sqlalchemy import MetaData

from benchmarks.measuring import Cost, Countdown, interleaved
from benchmarks.report import Row, Target
from benchmarks.sample import messages
from benchmarks.surroundings import Surroundings
from isopolity.contracts.catalogue import CITY
from isopolity.machine.clock import system_clock
from isopolity.messaging.broker import Message, dump_headers, load_headers
from isopolity.persistence.database import Database
from isopolity.persistence.journal.lines import line_of_message
from isopolity.persistence.relay import Relay, outbox_signal
from isopolity.persistence.tables import messaging_tables

BATCH = 1000
METADATA = MetaData()
TABLES = messaging_tables(METADATA)
Contender = Callable[[Surroundings, str, int], Awaitable[Cost]]
"""Empties an outbox; returns the seconds from its start to the last deletion."""


async def measure(here: Surroundings) -> Sequence[Row]:
    """Ours, with lease, transactions and the fence, beside the least loop that loses nothing."""
    await here.empty_topics([CITY])
    async with outbox(here) as url:
        await require_equal(here, url)
        count = here.size(30_000)
        sample = list(messages(count))

        def timed(contender: Contender) -> Callable[[], Awaitable[Cost]]:
            async def filled() -> Cost:
                await fill(url, sample)
                return await contender(here, url, count)

            return filled

        samples = await interleaved({"ours": timed(relay), "loop": timed(plain)}, here.rounds(4))
    return [
        Row(
            what="relay from PostgreSQL to Kafka",
            size=f"{count:,} events of 1 kB",
            unit="events/s",
            ours=count / median(samples.clock("ours")),
            peer_name="asyncpg and aiokafka in a loop",
            peer=count / median(samples.clock("loop")),
            ratio=samples.times("loop", "ours"),
            work_ratio=samples.times_the_work("loop", "ours"),
            note="as fast",
            target=Target(of="figure", sense="≥", value=10_000),
            samples=samples.seconds("ours", "loop"),
        )
    ]


@asynccontextmanager
async def outbox(here: Surroundings) -> AsyncIterator[str]:
    """A database with an empty outbox."""
    async with here.database() as url:
        database = Database.open(url)
        async with database.writing() as connection:
            await connection.run_sync(METADATA.create_all)
            await connection.commit()
        await database.close()
        yield url


async def fill(url: str, sample: Sequence[Message]) -> None:
    """Put the messages into the outbox."""
    connection = await asyncpg.connect(url)
    now = system_clock()
    rows = [
        (message.topic, message.key, message.value, dump_headers(message.headers), now, line_of_message(message))
        for message in sample
    ]
    columns = ("topic", "key", "value", "headers", "created_at", "line")
    await connection.copy_records_to_table("outbox", records=rows, columns=columns)
    await connection.execute("ANALYZE outbox")
    await connection.close()


async def require_equal(here: Surroundings, url: str) -> None:
    """Both publish every message as it was, in order per key, and leave the outbox empty."""
    sample = [message for message in messages(300) for _ in range(2)]
    expected = sorted((message.key, message.value, tuple(message.headers)) for message in sample)
    for contender in (relay, plain):
        before = await _ends(here)
        await fill(url, sample)
        await contender(here, url, len(sample))
        if sorted(await _published(here, before)) != expected:
            raise SystemExit(f"{contender.__name__} did not publish what stood in the outbox")


class _Observer:
    def __init__(self, countdown: Countdown) -> None:
        self._countdown = countdown

    def published(self, count: int) -> None:
        self._countdown.count(count)

    def stalled(self, reason: str) -> None:
        raise SystemExit(f"the relay stalled: {reason}")


async def relay(here: Surroundings, url: str, count: int) -> Cost:
    """Ours, from taking the lease on."""
    countdown, database = Countdown(count), Database.open(url)
    async with outbox_signal(database) as signal:
        countdown.start()
        work = asyncio.create_task(
            Relay(
                database=database,
                outbox=TABLES.outbox,
                journal=TABLES.journal,
                broker=here.broker,
                signal=signal,
                service="registry",
                observer=_Observer(countdown),
            ).run()
        )
        await countdown.wait()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    await database.close()
    return countdown.cost


async def plain(here: Surroundings, url: str, count: int) -> Cost:
    """Select, send, delete; acks=all and idempotent as aiokafka advises, but no lease, no transaction, no fence."""
    countdown = Countdown(count)
    countdown.start()
    connection = await asyncpg.connect(url)
    async with AIOKafkaProducer(bootstrap_servers=here.kafka, acks="all", enable_idempotence=True) as producer:
        query = f"SELECT id, topic, key, value, headers FROM outbox ORDER BY id LIMIT {BATCH}"  # noqa: S608  # a number
        while rows := await connection.fetch(query):
            sent = [
                await producer.send(
                    row["topic"], row["value"], key=row["key"].encode(), headers=load_headers(row["headers"])
                )
                for row in rows
            ]
            await asyncio.gather(*sent)
            await connection.execute("DELETE FROM outbox WHERE id = ANY($1)", [row["id"] for row in rows])
            countdown.count(len(rows))
    await connection.close()
    return countdown.cost


async def _ends(here: Surroundings) -> dict[TopicPartition, int]:
    """Where each partition ends, transactions included whose markers are on their way.

    A commit returns before its markers are written, the longer before them the fresher the cluster is. A reader of
    committed records ends before them: what was published would seem to be missing, or to belong to the next contender.
    """
    places = [TopicPartition(CITY.name, number) for number in range(CITY.partitions)]
    async with AIOKafkaConsumer(bootstrap_servers=here.kafka, isolation_level="read_uncommitted") as consumer:
        return dict(await consumer.end_offsets(places))


async def _published(here: Surroundings, since: dict[TopicPartition, int]) -> list[tuple[object, ...]]:
    ends = await _ends(here)
    found: list[tuple[object, ...]] = []
    async with AIOKafkaConsumer(bootstrap_servers=here.kafka, isolation_level="read_committed") as consumer:
        consumer.assign(list(since))
        for place, offset in since.items():
            consumer.seek(place, offset)
        while any([await consumer.position(place) < ends[place] for place in since]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += [(record.key.decode(), record.value, tuple(record.headers)) for record in records]
    return found

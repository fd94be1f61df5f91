"""Matching started on a broker that has everything: the graph reader alone, then the worker that fills its database."""

import asyncio
from collections.abc import Sequence
from statistics import median

from pydantic import SecretStr
from sqlalchemy import func, select

from benchmarks.measuring import Condition, Cost, Countdown, interleaved, processor_time, until
from benchmarks.messaging.consumer_runner import fill
from benchmarks.report import Row, Target
from benchmarks.surroundings import Surroundings
from isopolity.contracts.catalogue import TOPICS
from isopolity.matching.adapters.graph_reader import GraphReader
from isopolity.matching.adapters.sql import tables
from isopolity.matching.bootstrap import GROUP, open_matching
from isopolity.matching.settings import MatchingSettings
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade
from isopolity.web.operations.vitals import Check
from tests.support.keys import keys_of


async def measure(here: Surroundings) -> Sequence[Row]:
    """The reader several times; the worker, for which each time needs a new database, a few times."""
    count = here.size(30_000)
    await here.empty_topics(TOPICS)
    await fill(here, count)
    readers = await interleaved({"graph reader": lambda: graph_reader(here, count)}, here.rounds(3))
    workers = await interleaved({"worker": lambda: worker(here, count)}, here.rounds(2))
    reader_seconds, worker_seconds = readers.clock("graph reader"), workers.clock("worker")
    size = f"{count:,} city events of 1 kB"
    return [
        Row(
            what="graph reader rebuilt from the topics",
            size=size,
            unit="events/s",
            ours=count / median(reader_seconds),
            target=Target(of="figure", sense="≥", value=25_000),
            note=processor_time(readers.work("graph reader"), count),
            samples=readers.seconds("graph reader"),
        ),
        Row(
            what="matching worker rebuilt from the topics into PostgreSQL",
            size=size,
            unit="events/s",
            ours=count / median(worker_seconds),
            target=Target(of="figure", sense="≥", value=8_000),
            note=processor_time(workers.work("worker"), count),
            samples=workers.seconds("worker"),
        ),
    ]


async def graph_reader(here: Surroundings, count: int) -> Cost:
    """Until the network holds every city."""
    countdown, graph = Countdown(count), GraphReader(here.broker)
    countdown.start()
    reading = asyncio.create_task(graph.run())
    await graph.caught_up()
    countdown.count(graph.network.graph.number_of_nodes())
    await countdown.wait()
    await _cancelled(reading)
    return countdown.cost


async def worker(here: Surroundings, count: int) -> Cost:
    """Until the database knows every member; the graph is there already, as it is read first.

    The topics are filled anew, since Kafka remembers how far the group was.
    """
    await fill(here, count)
    async with here.database() as url:
        database = Database.open(url)
        await upgrade(database, "isopolity.matching")
        settings = MatchingSettings(broker=here.kafka, matching_database_url=SecretStr(url), **keys_of("k" * 32))
        async with open_matching(settings, database=database) as service:
            countdown = Countdown(count)
            graph = asyncio.create_task(service.tasks["graph"]())
            await until(_is_well(service.vitals.checks["graph"]))
            countdown.start()
            work = asyncio.create_task(service.tasks[GROUP]())
            await until(_has(database, count))
            countdown.count(count)
            await _cancelled(work)
            await _cancelled(graph)
        await database.close()
    return countdown.cost


def _is_well(check: Check) -> Condition:
    async def holds() -> bool:
        return await check() is None

    return holds


def _has(database: Database, count: int) -> Condition:
    async def holds() -> bool:
        async with database.reading() as connection:
            return (await connection.execute(select(func.count()).select_from(tables.members))).scalar_one() >= count

    return holds


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

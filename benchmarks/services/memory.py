"""Memory of each service, as a process of its own on Kafka and PostgreSQL, at 500 and at 50,000 cities."""

from collections.abc import Sequence

import psutil

from benchmarks.measuring import until
from benchmarks.report import Row
from benchmarks.sample import csv_file
from benchmarks.services.processes import Services, running_services
from benchmarks.services.smtp_sink import smtp_sink
from benchmarks.surroundings import Surroundings
from isopolity.contracts.event_types import SERVICES


async def measure(here: Surroundings) -> Sequence[Row]:
    """Both sizes in the same processes, the larger after the smaller."""
    rows: list[Row] = []
    async with smtp_sink() as sink, running_services(here, settings=sink.settings) as services:
        for cities in (500, here.size(50_000)):
            await services.import_cities(csv_file(cities, contacts=True))
            await settled(services, cities)
            rows += [
                Row(
                    what=f"memory of {name}",
                    size=f"{cities:,} cities",
                    unit="MB",
                    ours=psutil.Process(services.pids[name]).memory_info().rss / 1e6,
                    note="resident, after the import was digested",
                )
                for name in SERVICES
            ]
    return rows


async def settled(services: Services, members: int) -> None:
    """Return once the graph holds that many cities and programmes, and nothing waits anywhere."""

    async def digested() -> bool:
        status = [await services.status(name) for name in SERVICES]
        waiting = [one.outbox.depth + sum(group.lag for group in one.consumers) for one in status]
        return not any(waiting) and bool((await services.status("matching")).counts["graph_nodes"] == members)

    await until(digested, seconds=300)

"""How soon each service reads and accepts tokens once a killed broker is back: those that lived on, and those that were
killed with it and started anew while it was away, as a supervisor starts them.

Kafka is one of the benchmark's own, driven by the control program in ISOPOLITY_TEST_KAFKA_CONTROL; without that program
nothing is measured.
"""

import asyncio
import os
import signal
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

import httpx

from benchmarks.measuring import PATIENCE
from benchmarks.report import Row, Target
from benchmarks.sample import applied
from benchmarks.services.processes import Services, program, running_services
from benchmarks.surroundings import Surroundings
from isopolity.client import operations, registry
from isopolity.client.operations.models import StatusReport
from tests.support.servers.kafka_cluster import KafkaCluster, kafka_cluster

SERVICES: Final = ("registry", "matching", "notify", "portal")
KILLS: Final = 4
AWAY: Final = 20.0
"""Seconds that the broker is away: longer than any session, lease and request lasts."""
LOOK_EVERY: Final = 0.2
TARGET: Final = 15.0
LIVED_ON: Final = "lived on"
STARTED_ANEW: Final = "started anew meanwhile"

Times = Mapping[str, list[tuple[float, float]]]
"""By service: for each kill the seconds until it accepted a token, and until it had read all as well."""


async def measure(here: Surroundings) -> Sequence[Row]:
    """A city joins while the broker is away; a service is back when it is ready and has read that, too."""
    if not os.environ.get("ISOPOLITY_TEST_KAFKA_CONTROL"):
        print("recovery: set ISOPOLITY_TEST_KAFKA_CONTROL to the program that drives a Kafka")  # noqa: T201
        return []
    kills = 1 if here.quick else KILLS
    rows: list[Row] = []
    with TemporaryDirectory() as folder, kafka_cluster(Path(folder) / "kafka") as cluster:
        own, settings = replace(here, kafka=cluster.bootstrap), {"ISOPOLITY_DATA": folder}
        async with running_services(own, SERVICES, settings) as services:
            for number, fate in enumerate((LIVED_ON, STARTED_ANEW)):
                times = await _times(services, cluster, kills, first=number * kills, anew=fate == STARTED_ANEW)
                rows += [_row(name, fate, kills, times[name]) for name in SERVICES]
    return rows


def _row(name: str, fate: str, kills: int, times: Sequence[tuple[float, float]]) -> Row:
    return Row(
        what=f"broker back: {name} reads and accepts tokens",
        size=f"{kills} kills, {AWAY:.0f} s away, services {fate}",
        unit="s",
        ours=median(read for _, read in times),
        target=Target(of="figure", sense="≤", value=TARGET),
        note=f"accepts tokens after {median(token for token, _ in times):.1f} s",
        samples={"tokens": [token for token, _ in times], "reads": [read for _, read in times]},
    )


async def _times(services: Services, cluster: KafkaCluster, kills: int, *, first: int, anew: bool) -> Times:
    times: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    async with AsyncExitStack() as started:
        pids = dict(services.pids)
        for number in range(first, first + kills):
            await asyncio.to_thread(cluster.kill)
            await _join(services, number)
            if anew:
                await started.aclose()
                for name, (command, environment) in services.programs.items():
                    with suppress(ProcessLookupError):
                        os.kill(pids[name], signal.SIGKILL)
                    pids[name] = await started.enter_async_context(program(*command, environment=environment))
            await asyncio.sleep(AWAY)
            await asyncio.to_thread(cluster.resume)
            for name, found in (await _recovered(services)).items():
                times[name].append(found)
    return times


async def _join(services: Services, number: int) -> None:
    """A city that nobody hears of before the broker is back."""
    await services.send(registry.cities.create(applied(10_000 + number)))


async def _recovered(services: Services) -> Mapping[str, tuple[float, float]]:
    """Seconds until each service accepted a token, and until it had read everything as well."""
    back, tokens, reads = perf_counter(), dict[str, float](), dict[str, float]()
    async with asyncio.timeout(PATIENCE):
        while len(reads) < len(SERVICES):
            await asyncio.sleep(LOOK_EVERY)
            found = await asyncio.gather(*(_status(services, each) for each in SERVICES))
            statuses = dict(zip(SERVICES, found, strict=True))
            has_published = statuses["registry"] is not None and statuses["registry"].outbox.depth == 0
            for name, status in statuses.items():
                if status is None:
                    continue
                tokens.setdefault(name, perf_counter() - back)
                has_read = all(consumer.lag == 0 for consumer in status.consumers)
                if has_published and has_read and await _is_ready(services, name):
                    reads.setdefault(name, perf_counter() - back)
    return {name: (tokens[name], reads[name]) for name in SERVICES}


async def _status(services: Services, name: str) -> StatusReport | None:
    """The status of a service; None where it accepts no token, or does not answer in time."""
    try:
        reply = await services.ask(call := operations.status.read(name), seconds=5)
    except httpx.TransportError:
        return None
    return call.read(reply.content) if reply.is_success else None


async def _is_ready(services: Services, name: str) -> bool:
    try:
        reply = await services.client.get(f"{services.urls[name]}/{name}/health/ready", timeout=5)
    except httpx.TransportError:
        return False
    return reply.is_success

"""How long the event loop of each service is held up under load, at 50,000 cities, on Kafka and PostgreSQL.

The promise is about the loop's own work: processor time of its thread between two of its turns, so that neither other
processes nor the processor that they share count. How late the loop was by the clock stands beside it.
A share of moments, not of turns, is counted: who comes while the loop is held up for 300 ms waits for 150 on average.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Final

from benchmarks.report import Row, Target
from benchmarks.sample import csv_file
from benchmarks.services.daily_load import DailyLoad, kept_ids
from benchmarks.services.desks import drafted_round
from benchmarks.services.memory import settled
from benchmarks.services.processes import Services, running_services
from benchmarks.services.smtp_sink import smtp_sink
from benchmarks.services.watched import Tick, read_ticks
from benchmarks.surroundings import Surroundings
from isopolity.client import matching
from isopolity.client.matching.models import ConfirmedPublishOrder, OnlyItem, PublishOrder
from isopolity.contracts.event_types import SERVICES

CITIES: Final = 50_000
PUBLISHED: Final = 1_000
"""Proposals of the round that go out: two mails each."""
_AT_ONCE: Final = {"ISOPOLITY_UNDO_HOURS": "0"}
_DAY: Final = 60.0
_LONG: Final = 1_800.0


@dataclass(slots=True)
class Phases:
    """When each part of the load began and ended."""

    times: dict[str, tuple[float, float]] = field(default_factory=dict)

    @asynccontextmanager
    async def phase(self, name: str) -> AsyncIterator[None]:
        """The block is that part."""
        started = monotonic()
        yield
        self.times[name] = (started, monotonic())

    @property
    def seconds(self) -> float:
        """The sum of all parts."""
        return sum(end - start for start, end in self.times.values())

    def within(self, ticks: Sequence[Tick], name: str) -> list[Tick]:
        """The ticks of one part."""
        start, end = self.times[name]
        return [tick for tick in ticks if start <= tick.at < end]


async def measure(here: Surroundings) -> Sequence[Row]:
    """An import of all, a day of everything, a round within it, and what it brings out."""
    phases = Phases()
    with TemporaryDirectory() as folder:
        files = {name: Path(folder) / name for name in SERVICES}
        commands = {name: ("benchmarks.services.watched", name, str(file)) for name, file in files.items()}
        async with (
            smtp_sink() as sink,
            running_services(here, settings=sink.settings | _AT_ONCE, commands=commands) as services,
        ):
            async with phases.phase("import"):
                await services.import_cities(csv_file(here.size(CITIES), capacity=2, contacts=True))
                await settled(services, here.size(CITIES))
            sink.letters = []
            cities, contacts = await kept_ids(services, "cities"), await kept_ids(services, "contacts")
            load = DailyLoad(services, sink, cities, contacts)
            async with load.going_on():
                async with phases.phase("day"):
                    await asyncio.sleep(_DAY / 4 if here.quick else _DAY)
                async with phases.phase("round"):
                    round_id = await drafted_round(services)
                async with phases.phase("mails and answers"):
                    await _publish(services, round_id, here.size(PUBLISHED))
                    await asyncio.sleep(_DAY / 4 if here.quick else _DAY)
            load.require_success(["answer"])
        return [_row(name, read_ticks(file), phases, here) for name, file in files.items()]


async def _publish(services: Services, round_id: str, count: int) -> None:
    """The pairs of greatest value of the draft go out at once."""
    pairs: list[OnlyItem] = []
    cursor: int | None = None
    while len(pairs) < count:
        page = await services.send(matching.drafts.pairs(round_id, limit=200, cursor=cursor))
        pairs += [OnlyItem((each.a, each.b)) for each in page.items]
        if not page.next:
            break
        cursor = int(page.next)
    only = pairs[:count]
    plan = await services.send(matching.drafts.plan(round_id, PublishOrder(only=only)))
    await services.send(matching.drafts.publish(round_id, ConfirmedPublishOrder(only=only, token=plan.token)))


def _row(name: str, ticks: Sequence[Tick], phases: Phases, here: Surroundings) -> Row:
    parts = {part: phases.within(ticks, part) for part in phases.times}
    all_ticks = [tick for part in parts.values() for tick in part]
    worked, seconds = [tick.worked for tick in all_ticks], phases.seconds
    late = [tick.late for tick in all_ticks]
    longest = ", ".join(f"{part} {1e3 * max(tick.worked for tick in ticks):.0f}" for part, ticks in parts.items())
    return Row(
        what=f"event loop of {name} held up, p99.9",
        size=f"{here.size(CITIES):,} cities, under load",
        unit="ms",
        ours=1e3 * waited(worked, seconds, 0.999),
        target=Target(of="figure", sense="≤", value=20),
        note=f"p99 {1e3 * waited(worked, seconds, 0.99):.1f} ms; the longest by part of the load: {longest} ms; "
        f"late by the clock: p99.9 {1e3 * waited(late, seconds, 0.999):.0f} ms, at most {1e3 * max(late):.0f} ms",
        samples={
            **{f"{part}: share of time at work": [_share(phases, part, parts[part])] for part in parts},
            "longest": sorted(worked, reverse=True)[:20],
            "latest": sorted(late, reverse=True)[:20],
        },
    )


def _share(phases: Phases, part: str, ticks: Sequence[Tick]) -> float:
    start, end = phases.times[part]
    return sum(tick.worked for tick in ticks) / (end - start)


def waited(spans: Sequence[float], seconds: float, share: float) -> float:
    """How long `share` of all moments of `seconds` wait at most for the end of the span that they fall into."""
    allowed = (1 - share) * seconds
    ordered = sorted(spans, reverse=True)
    over = 0.0
    for number, (span, following) in enumerate(pairwise([*ordered, 0.0]), start=1):
        if over + number * (span - following) >= allowed:
            return span - (allowed - over) / number
        over += number * (span - following)
    return 0.0

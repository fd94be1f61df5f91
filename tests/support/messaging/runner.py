"""A runner under test: an embedded broker, a processor with a rule of the test, and a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from isopolity.contracts.catalogue import CITY, dead_letter_topic
from isopolity.contracts.event import Data, Envelope, Event, Lineage
from isopolity.contracts.registry import CityState
from isopolity.machine.clock import uuid7
from isopolity.messaging.broker import Message, MessageBroker
from isopolity.messaging.codec import to_message
from isopolity.messaging.consuming.lane import Delivery
from isopolity.messaging.consuming.runner import ConsumerRunner
from isopolity.messaging.consuming.settings import RunnerSettings
from isopolity.messaging.dead_letters import DeadLetter, list_dead_letters

TOPIC = CITY.name
GROUP = "matching"
DEAD = dead_letter_topic("matching")
REVISED = f"{TOPIC}.revised.v1"
START = datetime(2026, 1, 1, tzinfo=UTC)


def city_event(city_id: str, version: int = 1, event_type: str = REVISED) -> Event[Data]:
    data = CityState(
        city_id=city_id,
        version=version,
        status="endorsed",
        kind="city",
        name=f"City {city_id}",
        country="FR",
        region="europe-north-america",
    )
    envelope = Envelope(uuid7(), "/registry", event_type, city_id, START, "urn:x", Lineage(uuid7()))
    return Event(envelope, data)


def city_message(city_id: str, version: int = 1, event_type: str = REVISED) -> Message:
    return to_message(city_event(city_id, version, event_type))


@dataclass(slots=True)
class Processor:
    """Records the handled events; `rule` may raise or wait before an event counts as handled."""

    rule: Callable[[Delivery], Any] = lambda delivery: None
    calls: list[list[str]] = field(default_factory=list)
    done: list[tuple[str, int]] = field(default_factory=list)

    async def __call__(self, deliveries: Sequence[Delivery]) -> None:
        self.calls.append([delivery.event.envelope.subject for delivery in deliveries])
        for delivery in deliveries:
            answer = self.rule(delivery)
            if asyncio.iscoroutine(answer):
                await answer
        self.done += [(d.event.envelope.subject, d.event.data.version) for d in deliveries]  # type: ignore[attr-defined]  # only cities here


@dataclass(slots=True)
class Time:
    """A clock that a test moves, and sleeps that are only recorded."""

    now: datetime = START
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, span: timedelta) -> None:
        self.now += span

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


QUICK = RunnerSettings(fetch_timeout=0.02, watch_interval=0.02, patience=0.02)


def runner_of(broker: MessageBroker, processor: Processor, time: Time | None = None, **options: Any) -> ConsumerRunner:
    time = time or Time()
    defaults: dict[str, Any] = {"settings": QUICK, "clock": time, "random": Random(1), "sleep": time.sleep}
    defaults |= {"group": GROUP, "topics": [TOPIC], "dead_letter_topic": DEAD.name, "observer": None}
    chosen = defaults | options
    group, letters, observer = (chosen.pop(name) for name in ("group", "dead_letter_topic", "observer"))
    fates = chosen["settings"].fates(group, broker, letters, clock=chosen["clock"], observer=observer)
    return ConsumerRunner(broker=broker, processor=processor, fates=fates, **chosen)


@asynccontextmanager
async def running(runner: ConsumerRunner) -> AsyncIterator[asyncio.Task[None]]:
    """Run the runner inside the block, and stop it at the end."""
    task = asyncio.create_task(runner.run())
    try:
        yield task
    finally:
        runner.stop()
        await task


async def publish(broker: MessageBroker, *messages: Message) -> None:
    async with broker.producer() as producer:
        await producer.publish(messages)


async def lag(broker: MessageBroker) -> int:
    return sum((await broker.group_lag(GROUP, [TOPIC])).values())


async def dead_letters(broker: MessageBroker) -> Sequence[DeadLetter]:
    return await list_dead_letters(broker, DEAD.name)

"""On Kafka, two instances of a group obey a pause, a third one that starts obeys it too, and a resumption ends it."""

from uuid import uuid4

import pytest

from isopolity.messaging.broker import Message
from isopolity.messaging.consuming.health import RunnerState
from isopolity.messaging.consuming.runner import ConsumerRunner
from isopolity.messaging.consuming.settings import GroupSwitch, RunnerSettings, SwitchPosition
from isopolity.messaging.dead_letters import list_dead_letters
from tests.support.messaging.faulty_kafka import patient_kafka
from tests.support.messaging.runner import Processor, publish, runner_of, running
from tests.support.messaging.topics import topic
from tests.support.polling import until

pytestmark = pytest.mark.kafka
SETTINGS = RunnerSettings(fetch_timeout=0.1, watch_interval=0.5)


async def test_two_instances_and_one_that_starts_obey_a_pause(kafka: str) -> None:
    broker, group = patient_kafka(kafka), f"group.{uuid4().hex}"
    read, dead = topic(partitions=2), topic(partitions=1)
    await broker.ensure_topics([read, dead])
    positions = [SwitchPosition()]

    async def look() -> SwitchPosition:
        return positions[-1]

    def instance() -> ConsumerRunner:
        return runner_of(
            broker,
            Processor(),
            settings=SETTINGS,
            switch=GroupSwitch(look, every=0.1),
            group=group,
            topics=[read.name],
            dead_letter_topic=dead.name,
        )

    async def nobody() -> bool:
        return not await broker.members(group)

    first, second, third = instance(), instance(), instance()
    async with running(first), running(second):
        await until(lambda: first.health().ready and second.health().ready)
        positions.append(SwitchPosition(is_paused=True))
        await until(nobody)
        await publish(broker, Message(read.name, "a", b"no event"), Message(read.name, "b", b"no event"))
        async with running(third):
            await until(lambda: third.health().state is RunnerState.PAUSED)
        assert list(await list_dead_letters(broker, dead.name)) == []
        positions.append(SwitchPosition())

        async def both() -> bool:
            return len(await list_dead_letters(broker, dead.name)) == 2

        await until(both)

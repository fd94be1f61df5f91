"""Work on Kafka that is cancelled ends as cancelled, and leaves no connection open."""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import uuid4

import pytest

from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.errors import BrokerUnavailable
from isopolity.messaging.kafka.broker import KafkaBroker
from isopolity.messaging.kafka.settings import KafkaSettings
from tests.support.messaging.topics import messages, publish, topic
from tests.support.polling import until

pytestmark = pytest.mark.kafka

_MOMENTS = 60
"""At which the work is cancelled, spread evenly over the time that it takes."""


async def ping(broker: MessageBroker, name: str) -> None:
    await broker.ping()


async def ask_for_the_lag(broker: MessageBroker, name: str) -> None:
    await broker.group_lag("nobody", [name])


async def publish_one(broker: MessageBroker, name: str) -> None:
    async with broker.producer() as producer:
        await producer.publish(messages(_TOPIC, ["a"], ["1"]))


async def join_and_read(broker: MessageBroker, name: str) -> None:
    async with broker.consumer(f"group.{uuid4().hex}", [name]) as consumer:
        await consumer.fetch(limit=10, timeout=0.05)
        await consumer.lag()


async def read(broker: MessageBroker, name: str) -> None:
    async with broker.reader([name]) as reader:
        await reader.end_offsets()


@pytest.mark.parametrize("work", [ping, ask_for_the_lag, publish_one, join_and_read, read])
async def test_cancelled_at_any_moment(kafka: str, work: Callable[[MessageBroker, str], Awaitable[None]]) -> None:
    broker = KafkaBroker(KafkaSettings(bootstrap_servers=kafka))
    await broker.ensure_topics([_TOPIC])
    await publish(broker, messages(_TOPIC, ["a"], ["1"]))
    await until(
        partial(_works, work, broker), within=60, what="Kafka, which may have started just now, has coordinators"
    )
    started = time.monotonic()
    await work(broker, _TOPIC.name)
    span = time.monotonic() - started
    for moment in range(_MOMENTS):
        task = asyncio.ensure_future(work(broker, _TOPIC.name))
        await asyncio.wait([task], timeout=span * moment / _MOMENTS)
        ended_before = not task.cancel()
        await asyncio.wait([task], timeout=60)
        assert task.done()
        assert task.cancelled() or ended_before
    gc.collect()  # an open connection that nobody holds is an error here


async def _works(work: Callable[[MessageBroker, str], Awaitable[None]], broker: MessageBroker) -> bool:
    try:
        await work(broker, _TOPIC.name)
    except BrokerUnavailable:
        return False
    return True


_TOPIC = topic()

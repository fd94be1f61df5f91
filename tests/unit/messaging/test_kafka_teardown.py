"""A client that is given up may say what it will: tearing it down raises nothing."""

import asyncio
from unittest.mock import patch

import pytest
from aiokafka import AIOKafkaProducer

from isopolity.messaging.kafka.teardown import tear_down_producer


async def trip() -> None:
    raise KeyError("a batch that the sender wanted to put back")


async def hang() -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("ending", [trip, hang])
async def test_a_producer_that_cannot_stop_in_order_is_torn_down_all_the_same(ending: object) -> None:
    producer = AIOKafkaProducer(bootstrap_servers="127.0.0.1:9", enable_idempotence=True)
    with patch.object(producer, "stop", ending):
        await tear_down_producer(producer, 0.05)
    await producer.stop()

"""A client that is given up leaves no connection open, though its tasks connect again while it is torn down."""

from collections.abc import Awaitable, Callable
from unittest.mock import patch

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.client import AIOKafkaClient

from isopolity.messaging.kafka.clients import tear_down_consumer, tear_down_producer

pytestmark = pytest.mark.kafka


async def test_producer_leaves_no_connection(kafka: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True)
    await producer.start()
    with patch.object(producer, "stop", failing), patch.object(producer.client, "close", reopened(producer.client)):
        await tear_down_producer(producer, 5)
    assert not connections(producer.client)
    await producer.stop()


async def test_consumer_leaves_no_connection(kafka: str) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    with patch.object(consumer, "stop", failing), patch.object(consumer._client, "close", reopened(consumer._client)):
        await tear_down_consumer(consumer, 5)
    assert not connections(consumer._client)
    await consumer.stop()


async def failing() -> None:
    raise KeyError("a batch that the sender wanted to put back")


def reopened(client: AIOKafkaClient) -> Callable[[], Awaitable[None]]:
    """Close `client`; after the first time a task of it connects again."""
    close, closed = client.close, 0

    async def closing() -> None:
        nonlocal closed
        await close()
        closed += 1
        if closed == 1:
            assert await client.ready(client.get_random_node())

    return closing


def connections(client: AIOKafkaClient) -> list[object]:
    return [connection for connection in client._conns.values() if connection.connected()]

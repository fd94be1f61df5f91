"""Ending an aiokafka producer at once, whatever it waits for.

aiokafka's own `stop()` flushes first, for as long as the broker is away, and may so deliver what we have given up. This
is the one place that reaches into its private parts (tested with the version in constraints.txt).
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka import errors as kafka


async def tear_down(producer: AIOKafkaProducer, seconds: float) -> None:
    """Fail everything pending, cut the connections and end the background tasks."""
    producer._message_accumulator.fail_all(kafka.ProducerClosed())
    await producer.client.close()
    with suppress(TimeoutError, kafka.KafkaError):
        async with asyncio.timeout(seconds):
            await producer.stop()
    for waiter in _waiters(producer):
        if waiter.done() and not waiter.cancelled():
            waiter.exception()  # seen, so that asyncio does not log it as never retrieved


def _waiters(producer: AIOKafkaProducer) -> Iterator[asyncio.Future[Any]]:
    for batches in producer._message_accumulator._batches.values():
        for batch in batches:
            yield batch._drain_waiter
    if producer._txn_manager._transaction_waiter is not None:
        yield producer._txn_manager._transaction_waiter

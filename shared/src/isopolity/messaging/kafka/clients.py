"""aiokafka's clients: each wait on one has a bound, each of its errors becomes ours, and it ends without live tasks.

A producer's own `stop()` flushes first, as long as the broker is away, and so may deliver messages that we have given
up; a consumer's waits for the group's coordinator. A closed client connects again for any task that still sends, so it
is closed again when the tasks have ended. A client swallows a cancellation while it closes, and leaks an open
connection if it is cancelled while it starts, so neither is cut short. This module uses private attributes of aiokafka
(tested with the version in constraints.txt).
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from itertools import chain
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka import errors as kafka
from aiokafka.consumer.group_coordinator import GroupCoordinator

from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable, MessagingError, ProducerFenced, RecordTooLarge

_PATIENCE: Final = 1.0
"""Seconds in which a start ends by itself where the broker answers."""


async def uninterrupted(work: Coroutine[Any, Any, object], patience: float = _PATIENCE) -> None:
    """Do `work`. A cancellation takes effect when the work ends; after `patience` seconds it cancels the work too."""
    task = asyncio.create_task(work)
    task.add_done_callback(_seen)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=patience)
        raise
    finally:
        task.cancel()


def _seen(ended: asyncio.Future[Any]) -> None:
    """Retrieve the task's error, so that asyncio does not log it as never retrieved."""
    if not ended.cancelled():
        ended.exception()


async def tear_down_consumer(consumer: AIOKafkaConsumer, seconds: float) -> None:
    """Leave the group if the broker answers in time; in any case cut the connections and end the background tasks."""
    metadata = consumer._client._sync_task
    if metadata is not None and metadata.done():  # closing the client would raise the error that ended it
        _seen(metadata)
        consumer._client._sync_task = None
    # A task, since stop() lets the cancellation of its own tasks escape.
    stopping = asyncio.create_task(consumer.stop())
    await asyncio.wait([stopping], timeout=seconds)
    if stopping.done() and not stopping.cancelled() and stopping.exception() is None:
        return
    await consumer._client.close()
    tasks = [stopping, *(task for task in _tasks(consumer) if task is not None)]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await consumer._client.close()


def _tasks(consumer: AIOKafkaConsumer) -> Iterator[asyncio.Task[Any] | None]:
    coordinator, fetcher = consumer._coordinator, consumer._fetcher
    if isinstance(coordinator, GroupCoordinator):
        yield coordinator._coordination_task
        yield coordinator._heartbeat_task
        yield coordinator._commit_refresh_task
    if fetcher is not None:
        yield fetcher._fetch_task
        yield from fetcher._pending_tasks


def is_lost(consumer: AIOKafkaConsumer) -> bool:
    """Whether the task that renews the metadata of a started client, or that which fetches, has ended.

    From then on the client returns nothing and raises nothing. The end of any other task it raises itself.
    """
    fetching = None if consumer._fetcher is None else consumer._fetcher._fetch_task
    return any(task.done() for task in (consumer._client._sync_task, fetching) if task is not None)


async def tear_down_producer(producer: AIOKafkaProducer, seconds: float) -> None:
    """Fail everything pending, cut the connections and end the background tasks."""
    waiters = list(_waiters(producer))
    producer._message_accumulator.fail_all(kafka.ProducerClosed())
    await producer.client.close()
    # Ignore what stop() raises: the sender fails on batches that we have failed already.
    stopping = asyncio.create_task(producer.stop())
    await asyncio.wait([stopping], timeout=seconds)
    stopping.cancel()
    await asyncio.gather(stopping, return_exceptions=True)
    await producer.client.close()
    for waiter in waiters:
        if waiter.done():
            _seen(waiter)


def _waiters(producer: AIOKafkaProducer) -> Iterator[asyncio.Future[Any]]:
    accumulator = producer._message_accumulator
    for batch in (*chain.from_iterable(accumulator._batches.values()), *accumulator._pending_batches):
        yield batch.future
        yield batch._drain_waiter
    if producer._txn_manager._transaction_waiter is not None:
        yield producer._txn_manager._transaction_waiter


_REFUSALS: Final = (
    kafka.AuthenticationFailedError,
    kafka.AuthenticationMethodNotSupported,
    kafka.SaslAuthenticationFailed,
    kafka.UnsupportedSaslMechanismError,
    kafka.TopicAuthorizationFailedError,
    kafka.GroupAuthorizationFailedError,
    kafka.ClusterAuthorizationFailedError,
    kafka.TransactionalIdAuthorizationFailed,
    kafka.InvalidTopicError,
    kafka.PolicyViolationError,
)
_TOO_LARGE: Final = (kafka.MessageSizeTooLargeError, kafka.RecordListTooLargeError, kafka.RecordTooLargeError)

FAILURES: Final = (kafka.KafkaError, kafka.ConsumerStoppedError, OSError, AssertionError, AttributeError, RuntimeError)
"""Errors that a client raises where the broker fails.

aiokafka fails on an answer without brokers, as of a broker that is not yet back in its cluster, and on a connection
that uvloop has closed already: writing to that is a RuntimeError, while asyncio's own loop ignores it.
"""


@asynccontextmanager
async def bounded(seconds: float, doing: str) -> AsyncIterator[None]:
    """Bound the work inside to `seconds`; aiokafka's errors become ours, with `doing` in their sentence."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise BrokerUnavailable(f"Kafka did not answer within {seconds:g} s while {doing}") from None
    except FAILURES as error:
        raise translate(error, doing) from error


def translate(error: Exception, doing: str) -> MessagingError:
    """Our error for one of aiokafka's."""
    if isinstance(error, kafka.ProducerFenced | kafka.InvalidProducerEpoch):
        return ProducerFenced("another producer with this transactional id has started; stop publishing here")
    if isinstance(error, _TOO_LARGE):
        return RecordTooLarge(f"Kafka refused {doing}: {error}")
    if isinstance(error, _REFUSALS):
        return BrokerRefused(f"Kafka refused {doing}: {error}")
    return BrokerUnavailable(f"Kafka failed while {doing}: {type(error).__name__}: {error}")

"""Publishing to Kafka: whole lists, acks=all, idempotent; with a transactional id one transaction a list.

Invariant: once the outcome of a list is unknown, the client that sent it is torn down and never sends again; with a
transactional id the whole producer is unusable, since reconnecting could fence a successor.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from isopolity.machine.turns import Turns
from isopolity.messaging.broker import Message, Place, TopicPartition, size_of
from isopolity.messaging.errors import BrokerUnavailable, ProducerFenced, RecordTooLarge, TopicMismatch
from isopolity.messaging.generations import differing, first_partition, partition_of
from isopolity.messaging.kafka.clients import bounded, tear_down_producer, uninterrupted
from isopolity.messaging.kafka.settings import KafkaSettings, on_kafka, theirs

_BATCH_BYTES: Final = 256 * 1024
_RETRY_BACKOFF_MS: Final = 20
"""aiokafka waits this long if a transaction follows closely on another; its default of 100 ms is too slow."""
_CLOSE_SECONDS: Final = 5.0


@asynccontextmanager
async def kafka_producer(settings: KafkaSettings, transactional_id: str | None) -> AsyncIterator["KafkaProducer"]:
    """A started producer; closing it never hangs."""
    producer = KafkaProducer(settings, transactional_id)
    try:
        await producer.start()
        yield producer
    finally:
        await producer.close()


class KafkaProducer:
    """A Producer on aiokafka."""

    def __init__(self, settings: KafkaSettings, transactional_id: str | None) -> None:
        self._settings = settings
        self._transactional_id = transactional_id
        self._client: AIOKafkaProducer | None = None
        self._fenced = False
        self._spent = False
        self._lock = asyncio.Lock()

    async def start(self) -> None:
        """Connect; with a transactional id, fence every predecessor and abort its open transactions."""
        options = self._settings.connection()
        if self._transactional_id is not None:
            options["transactional_id"] = self._transactional_id
            options["transaction_timeout_ms"] = int(self._settings.publish_timeout * 2000)
        self._client = AIOKafkaProducer(
            acks="all",
            enable_idempotence=True,
            max_batch_size=_BATCH_BYTES,
            retry_backoff_ms=_RETRY_BACKOFF_MS,
            **options,
        )
        try:
            async with bounded(self._settings.publish_timeout, "connecting a producer"):
                await uninterrupted(self._client.start())
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Cut the connections, so that no message with an unknown outcome is sent later."""
        client, self._client = self._client, None
        if client is not None:
            await uninterrupted(tear_down_producer(client, _CLOSE_SECONDS), 2 * _CLOSE_SECONDS)

    async def publish(self, messages: Sequence[Message]) -> Sequence[Place]:
        if not messages:
            return ()
        async with self._lock:
            client = await self._usable_client()
            try:
                async with bounded(self._settings.publish_timeout, "publishing"):
                    batches, slots = await self._batches(client, messages)
                    starts = await self._send(client, batches)
            except _TooLarge as error:
                raise RecordTooLarge(str(error)) from None
            except BaseException as error:
                self._spent = self._transactional_id is not None
                self._fenced = self._spent and isinstance(error, ProducerFenced)
                await self.close()
                if isinstance(error, ProducerFenced) and not self._fenced:
                    raise BrokerUnavailable("Kafka has forgotten this producer; publish again") from error
                raise
        return [_place(batches[number][0], starts[number], index) for number, index in slots]

    async def _usable_client(self) -> AIOKafkaProducer:
        if self._fenced:
            raise ProducerFenced("another producer with this transactional id has started; stop publishing here")
        if self._spent:
            raise BrokerUnavailable("an earlier publish of this producer has no known outcome; open another producer")
        if self._client is None:
            await self.start()
        return self._client

    async def _send(self, client: AIOKafkaProducer, batches: list[tuple[TopicPartition, Any]]) -> list[int]:
        """Send the batches, and return the offset at which each begins."""
        if self._transactional_id is not None:
            await client.begin_transaction()
        sent = [
            await client.send_batch(batch, there.topic, partition=there.partition)
            for there, batch in ((theirs(at), batch) for at, batch in batches)
        ]
        starts: list[int] = []
        for outcome in await asyncio.gather(*sent, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
            starts.append(outcome.offset)
        if self._transactional_id is not None:
            await client.commit_transaction()
        return starts

    async def _batches(
        self, client: AIOKafkaProducer, messages: Sequence[Message]
    ) -> tuple[list[tuple[TopicPartition, Any]], list[tuple[int, int]]]:
        """The batches, and for each message the number of its batch and its index in it."""
        partitions = {topic: await self._partitions(client, topic) for topic in {m.topic for m in messages}}
        first = first_partition(self._settings.generation)
        batches: list[tuple[TopicPartition, Any]] = []
        open_batches: dict[TopicPartition, tuple[int, Any]] = {}
        slots: list[tuple[int, int]] = []
        turns = Turns()
        for message in messages:
            await turns.over()
            self._check_size(message)
            key = message.key.encode()
            place = TopicPartition(message.topic, first + partition_of(key, partitions[message.topic]))
            number, batch = open_batches.get(place, (0, None))
            # A full batch returns None; the first record of a batch always fits.
            index = None if batch is None else _append(batch, key, message)
            if index is None:
                number, batch = open_batches[place] = len(batches), client.create_batch()
                batches.append((place, batch))
                index = _append(batch, key, message) or 0
            slots.append((number, index))
        return batches, slots

    async def _partitions(self, client: AIOKafkaProducer, topic: str) -> int:
        """How many partitions the topic has. Raises TopicMismatch if another number is set."""
        count = len(await client.partitions_for(on_kafka(topic, self._settings.generation)))
        if problem := differing({topic: count}, self._settings.partitions):
            raise TopicMismatch(problem)
        return count

    def _check_size(self, message: Message) -> None:
        size = size_of(message)
        if size > self._settings.max_message_bytes:
            limit = self._settings.max_message_bytes
            raise _TooLarge(f"a message for {message.topic} has {size} bytes; at most {limit} are allowed")


class _TooLarge(Exception):
    pass


def _append(batch: Any, key: bytes, message: Message) -> int | None:
    """The message's index in the batch; None if the batch is full."""
    added = batch.append(timestamp=message.timestamp, key=key, value=message.value, headers=list(message.headers))
    return None if added is None else int(added.offset)


def _place(partition: TopicPartition, start: int, index: int) -> Place:
    """The place of a message; its offset is None if the broker got the batch twice and answers -1 as its start."""
    return Place(*partition, None if start < 0 else start + index)

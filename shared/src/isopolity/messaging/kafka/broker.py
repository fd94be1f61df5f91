"""KafkaBroker: the MessageBroker on Apache Kafka, through aiokafka.

Nothing is shared between its producers, consumers and readers: each has its own connections.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from isopolity.contracts.topic import Topic
from isopolity.messaging.broker import (
    Bounds,
    Consumer,
    GroupMember,
    PartitionsCallback,
    Producer,
    Reader,
    TopicPartition,
)
from isopolity.messaging.kafka import admin as kafka_admin
from isopolity.messaging.kafka import admin as kafka_looks
from isopolity.messaging.kafka import admin as kafka_moves
from isopolity.messaging.kafka.consumer import kafka_consumer, kafka_reader
from isopolity.messaging.kafka.producer import kafka_producer
from isopolity.messaging.kafka.settings import KafkaSettings


class KafkaBroker:
    """The MessageBroker for a Kafka cluster."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings

    async def ensure_topics(self, topics: Sequence[Topic]) -> None:
        await kafka_admin.ensure_topics(self._settings, topics)

    def producer(self, transactional_id: str | None = None) -> AbstractAsyncContextManager[Producer]:
        return kafka_producer(self._settings, transactional_id)

    def consumer(
        self,
        group: str,
        topics: Sequence[str],
        *,
        on_assigned: PartitionsCallback | None = None,
        on_revoked: PartitionsCallback | None = None,
    ) -> AbstractAsyncContextManager[Consumer]:
        return kafka_consumer(self._settings, group, topics, on_assigned, on_revoked)

    def reader(self, topics: Sequence[str]) -> AbstractAsyncContextManager[Reader]:
        return kafka_reader(self._settings, topics)

    async def group_lag(self, group: str, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await kafka_admin.group_lag(self._settings, group, topics)

    async def bounds(self, topics: Sequence[str]) -> Mapping[TopicPartition, Bounds]:
        return await kafka_looks.bounds(self._settings, topics)

    async def offsets_at(self, topics: Sequence[str], moment: datetime) -> Mapping[TopicPartition, int]:
        return await kafka_looks.offsets_at(self._settings, topics, moment)

    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await kafka_looks.committed(self._settings, group, topics)

    async def move_group(self, group: str, offsets: Mapping[TopicPartition, int]) -> None:
        await kafka_moves.move_group(self._settings, group, offsets)

    async def members(self, group: str) -> Sequence[GroupMember]:
        return await kafka_looks.members(self._settings, group)

    def for_readers(self) -> Mapping[str, Any]:
        return {"kafka": self._settings.with_secrets()}

    async def ping(self) -> None:
        await kafka_admin.ping(self._settings)

"""Kafka behind a proxy that can cut and hang connections, and Kafka with time-outs of a minute."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

from isopolity.messaging.broker import Consumer, Message, MessageBroker
from isopolity.messaging.errors import BrokerUnavailable, MessagingError
from isopolity.messaging.kafka.broker import KafkaBroker
from isopolity.messaging.kafka.settings import KafkaSettings
from tests.support.messaging.topics import messages, topic
from tests.support.polling import until
from tests.support.servers.kafka_cluster import KafkaCluster
from tests.support.servers.toxiproxy import Proxy


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultyKafka:
    """The cluster, the proxy in front of it, and a broker with short time-outs behind the proxy."""

    cluster: KafkaCluster
    proxy: Proxy
    broker: KafkaBroker

    @property
    def patient(self) -> KafkaBroker:
        """A broker with long time-outs behind the proxy, for the preparations and checks of a test."""
        return patient_kafka(f"127.0.0.1:{self.proxy.port}")

    async def is_ready(self) -> bool:
        """Whether Kafka makes a topic, a member joins a group and commits, and a transaction is published.

        A cluster that has just started or been unfrozen has no coordinators yet, and refuses new topics.
        """
        patient, new, group = self.patient, topic(partitions=1), uuid4().hex
        try:
            await patient.ensure_topics([new])
            async with patient.consumer(group, [new.name]) as consumer:
                await consumer.commit(dict.fromkeys(consumer.assignment(), 0))
            async with patient.producer(group) as producer:
                await producer.publish(messages(new, ["a"], ["1"]))
        except MessagingError:
            return False
        return True


@asynccontextmanager
async def joined_at_last(broker: MessageBroker, group: str, topics: Sequence[str]) -> AsyncIterator[Consumer]:
    """A member of `group`, which tries again after each failure until it has joined."""
    async with AsyncExitStack() as membership:
        consumers: list[Consumer] = []

        async def has_joined() -> bool:
            try:
                consumers.append(await membership.enter_async_context(broker.consumer(group, topics)))
            except MessagingError:
                return False
            return True

        await until(has_joined, what="joining the group")
        yield consumers[0]


async def publish_at_last(broker: MessageBroker, batch: Sequence[Message], transactional_id: str | None = None) -> None:
    """Publish as a relay does: with a new producer after each failure, until it goes through."""

    async def has_published() -> bool:
        try:
            async with broker.producer(transactional_id) as producer:
                await producer.publish(batch)
        except BrokerUnavailable:
            return False
        return True

    await until(has_published, what="publishing")


def patient_kafka(bootstrap_servers: str) -> KafkaBroker:
    """Kafka at this address; each request and each publishing may take a minute."""
    return KafkaBroker(KafkaSettings(bootstrap_servers=bootstrap_servers, request_timeout=60, publish_timeout=60))

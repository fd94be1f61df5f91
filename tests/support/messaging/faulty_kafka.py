"""A Kafka behind a proxy that can cut and hang connections."""

from dataclasses import dataclass

from isopolity.messaging.kafka.broker import KafkaBroker
from tests.support.servers.kafka_cluster import KafkaCluster
from tests.support.servers.toxiproxy import Proxy


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultyKafka:
    """The cluster, the proxy in front of it, and a broker with short time-outs behind the proxy."""

    cluster: KafkaCluster
    proxy: Proxy
    broker: KafkaBroker

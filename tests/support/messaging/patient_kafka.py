"""Kafka for tests in which it does not fail: a machine that stands still is no broker that is away."""

from isopolity.messaging.kafka.broker import KafkaBroker
from isopolity.messaging.kafka.settings import KafkaSettings


def patient_kafka(bootstrap_servers: str) -> KafkaBroker:
    """Kafka at this address, of which each request and each publishing may take a minute."""
    return KafkaBroker(KafkaSettings(bootstrap_servers=bootstrap_servers, request_timeout=60, publish_timeout=60))

"""A Kafka of the faults' own, reached through a proxy that can cut and hang connections."""

import gc
from collections.abc import Iterator

import pytest

from isopolity.messaging.kafka.broker import KafkaBroker
from isopolity.messaging.kafka.settings import KafkaSettings
from tests.support.messaging.faulty_kafka import FaultyKafka
from tests.support.polling import until
from tests.support.servers.kafka_cluster import KafkaCluster, kafka_cluster, kafka_port
from tests.support.servers.toxiproxy import Proxy, proxy_to


@pytest.fixture(scope="session")
def proxied_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[KafkaCluster, Proxy]]:
    port, folder = kafka_port(), tmp_path_factory.mktemp("kafka") / "state"
    with proxy_to(port) as proxy:
        by_the_proxy = f"advertised.listeners=PLAINTEXT://127.0.0.1:{proxy.port}"
        with kafka_cluster(folder, port=port, settings=by_the_proxy) as cluster:
            yield cluster, proxy


@pytest.fixture
def faulty_kafka(proxied_kafka: tuple[KafkaCluster, Proxy]) -> Iterator[FaultyKafka]:
    cluster, proxy = proxied_kafka
    settings = KafkaSettings(
        bootstrap_servers=f"127.0.0.1:{proxy.port}", request_timeout=2, publish_timeout=3, session_timeout=6
    )
    yield FaultyKafka(cluster=cluster, proxy=proxy, broker=KafkaBroker(settings))
    proxy.mend()
    cluster.thaw()
    gc.collect()  # aiokafka leaves failed tasks behind, which are logged when collected: better here than anywhere


@pytest.fixture
async def faulty(faulty_kafka: FaultyKafka) -> FaultyKafka:
    """A faulty Kafka that has its coordinators: the cluster may have started just now, or the test before froze it."""
    await until(faulty_kafka.is_ready, within=120, what="Kafka is ready")
    return faulty_kafka

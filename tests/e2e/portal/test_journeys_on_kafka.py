"""The journeys of a foundation and of staff once more, with a Kafka in the place of the embedded broker."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.portal.test_foundations import test_a_foundation_works_a_day_on_its_desk
from tests.e2e.portal.test_importing import test_a_workbook_with_errors_is_mended_and_imported
from tests.e2e.portal.test_office import page, test_a_coordinator_left_and_is_replaced_mailed_again_and_erased
from tests.e2e.portal.test_rounds import test_staff_drafts_swaps_publishes_undoes_and_follows_answers
from tests.support.hosting.running_command import Running, isopolity, up
from tests.support.hosting.small_demo import ON_KAFKA
from tests.support.servers.kafka_cluster import kafka_cluster
from tests.support.servers.ports import free_port

__all__ = [
    "page",
    "test_a_coordinator_left_and_is_replaced_mailed_again_and_erased",
    "test_a_foundation_works_a_day_on_its_desk",
    "test_a_workbook_with_errors_is_mended_and_imported",
    "test_staff_drafts_swaps_publishes_undoes_and_follows_answers",
]
pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.long]


@contextmanager
def on_kafka(folder: Path, **environment: Any) -> Iterator[Running]:
    """A running instance with the small demo network, on a Kafka of its own."""
    with kafka_cluster(folder / "kafka") as cluster:
        settings, port = {**environment, ON_KAFKA: cluster.bootstrap}, free_port()
        data = folder / "data"
        done = isopolity("up", "--once", "--json", "--data", str(data), "--port", str(port), **settings)
        assert done.returncode == 0, done.stderr
        assert not (data / "broker.db").exists(), "it is Kafka that it runs on"
        with up(data, port=port, **settings) as running:
            yield running


@pytest.fixture(scope="module")
def network(small_demo: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Interests are placed every second."""
    with on_kafka(tmp_path_factory.mktemp("network"), **small_demo, ISOPOLITY_SETTLE_SECONDS="1") as running:
        yield running


@pytest.fixture
def under_hold(small_demo: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Rounds end in drafts, and mails can be undone for a day."""
    with on_kafka(tmp_path_factory.mktemp("hold"), **small_demo, ISOPOLITY_SENDING_POLICY="hold") as running:
        yield running

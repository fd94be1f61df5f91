"""What journeys begin with: a running instance with a small demo network, and a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support.hosting.running_command import Running, isopolity, up
from tests.support.hosting.small_demo import ON_KAFKA, SmallRun, up_again
from tests.support.servers.browser import chromium
from tests.support.servers.kafka_cluster import kafka_cluster
from tests.support.servers.ports import free_port

BROKERS = ["embedded", pytest.param("kafka", marks=[pytest.mark.kafka, pytest.mark.drill])]


@pytest.fixture(scope="module")
def network(small_run: SmallRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running instance with a small demo network; interests are placed every second."""
    with up_again(small_run, tmp_path_factory.mktemp("network"), ISOPOLITY_SETTLE_SECONDS="1") as running:
        yield running


@pytest.fixture(scope="module", params=BROKERS)
def on_each_broker(
    request: pytest.FixtureRequest, small_demo: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """A running instance with a small demo network, on each broker."""
    folder, settings = tmp_path_factory.mktemp("network"), {"ISOPOLITY_SETTLE_SECONDS": "1"}
    if request.param == "embedded":
        started = up_again(request.getfixturevalue("small_run"), folder, **settings)
    else:
        started = loaded(folder, request.param, **small_demo, **settings)
    with started as running:
        yield running


@pytest.fixture(params=BROKERS)
def under_hold(
    request: pytest.FixtureRequest, small_demo: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """The small demo network, whose rounds end in drafts, and whose mails can be undone for a day, on each broker."""
    folder = tmp_path_factory.mktemp("hold")
    with loaded(folder, request.param, **small_demo, ISOPOLITY_SENDING_POLICY="hold") as running:
        yield running


@contextmanager
def loaded(folder: Path, broker: str, **settings: Any) -> Iterator[Running]:
    """A running instance that has loaded the demo network of the settings by itself, on a Kafka of its own or none."""
    if broker == "kafka":
        with (
            kafka_cluster(folder / "kafka") as cluster,
            loaded(folder, "embedded", **settings, **{ON_KAFKA: cluster.bootstrap}) as running,
        ):
            assert not (running.data / "broker.db").exists(), "it is Kafka that it runs on"
            yield running
        return
    data, port = folder / "data", free_port()
    done = isopolity("up", "--once", "--json", "--data", str(data), "--port", str(port), **settings)
    assert done.returncode == 0, done.stderr
    with up(data, port=port, **settings) as running:
        yield running


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as opened:
        yield opened

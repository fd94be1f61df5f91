"""What journeys begin with: a running instance with a small demo network, and a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.hosting.running_command import Running, up
from tests.support.hosting.small_demo import write_small_demo
from tests.support.servers.browser import chromium


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running instance with a small demo network; interests are placed every second."""
    folder = tmp_path_factory.mktemp("network")
    (folder / "demo").mkdir()
    write_small_demo(folder / "demo")
    with up(folder / "data", ISOPOLITY_TEST_DEMO=str(folder / "demo"), ISOPOLITY_SETTLE_SECONDS="1") as running:
        yield running


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as opened:
        yield opened

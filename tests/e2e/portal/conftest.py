"""What journeys begin with: a running instance with a small demo network, and a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.hosting.loaded_demo import SmallRun, up_again
from tests.support.hosting.running_command import Running
from tests.support.servers.browser import chromium


@pytest.fixture(scope="module")
def network(small_run: SmallRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running instance with a small demo network; interests are placed every second."""
    with up_again(small_run, tmp_path_factory.mktemp("network"), ISOPOLITY_SETTLE_SECONDS="1") as running:
        yield running


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as opened:
        yield opened

"""A browser, and a running instance with a small demo network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.hosting.running_command import Running, up
from tests.support.hosting.small_demo import write_small_demo
from tests.support.servers.browser import chromium


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A real browser."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def browser_page(browser: Browser) -> Page:
    """An empty page."""
    return browser.new_page()


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Running]:
    """A running instance with a small demo network."""
    (tmp_path / "demo").mkdir()
    write_small_demo(tmp_path / "demo")
    with up(tmp_path / "data", ISOPOLITY_TEST_DEMO=str(tmp_path / "demo")) as running:
        yield running

"""A browser, and a running instance with a small demo network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.hosting.running_command import Running
from tests.support.hosting.small_demo import SmallRun, up_again
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
def network(small_run: SmallRun, tmp_path: Path) -> Iterator[Running]:
    """A running instance with a small demo network."""
    with up_again(small_run, tmp_path) as running:
        yield running

"""A browser, and a running instance with a small demo network."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.hosting.running_command import Running, up
from tests.support.hosting.small_demo import write_small_demo


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    chromium = os.environ.get("ISOPOLITY_TEST_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Chromium: install it, or set ISOPOLITY_TEST_CHROMIUM to its path")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


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

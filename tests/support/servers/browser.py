"""A real browser: Debian's Chromium."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

TELEPHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False}
"""A telephone on which no script runs."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium; the test is skipped where there is none."""
    path = os.environ.get("ISOPOLITY_TEST_CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip("needs Chromium: install it, or set ISOPOLITY_TEST_CHROMIUM to its path")
    expect.set_options(timeout=60_000)  # more than the default of five seconds, for a busy machine
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def go_to(page: Page, name: str) -> None:
    """Follow the first link of this name, also in a folded menu, as on a telephone."""
    page.wait_for_load_state()
    folded = page.locator(".menu").filter(has=page.locator("a", has_text=name)).locator("summary")
    if folded.count() and folded.first.is_visible():
        folded.first.click()
    page.get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_load_state()


def open_until(page: Page, address: str, is_so: Callable[[], bool], *, within: float = 120.0) -> None:
    """Open the page at this address until `is_so` holds; fail with the page's text after `within` seconds."""
    end = time.monotonic() + within
    while True:
        page.goto(address)
        if is_so():
            return
        assert time.monotonic() < end, page.inner_text("body")
        page.wait_for_timeout(200)

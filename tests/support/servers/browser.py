"""A real browser: Debian's Chromium."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

TELEPHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False}
"""A telephone on which no script runs."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium; the test is skipped where there is none."""
    path = os.environ.get("ISOPOLITY_TEST_CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip("needs Chromium: install it, or set ISOPOLITY_TEST_CHROMIUM to its path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def go_to(page: Page, name: str) -> None:
    """Follow the first link of this name, also in a menu that is folded, as on a telephone."""
    folded = page.locator(".menu").filter(has=page.locator("a", has_text=name)).locator("summary")
    if folded.count() and folded.first.is_visible():
        folded.first.click()
    page.get_by_role("link", name=name, exact=True).first.click()

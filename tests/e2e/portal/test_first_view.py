"""The first view of the first page: how much a telephone loads, what it waits for, and that the typefaces are ours."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.hosting.running_command import Running
from tests.support.servers.browser import chromium

pytestmark = pytest.mark.slow
HEAVIEST = 150_000
"""Bytes of a page and all that it loads, as they are read."""
ENTRIES = """[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].map(each => ({
    address: each.name, sent: each.encodedBodySize, read: each.decodedBodySize, waits: each.renderBlockingStatus}))"""


@pytest.fixture(scope="module")
def page(network: Running) -> Iterator[Page]:
    with chromium() as browser:
        opened = browser.new_page(viewport={"width": 390, "height": 844})
        opened.goto(network.url, wait_until="networkidle")
        yield opened


@pytest.fixture(scope="module")
def loaded(page: Page) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = page.evaluate(ENTRIES)
    return entries


def test_all_of_it_comes_from_here_and_is_light(network: Running, loaded: list[dict[str, Any]]) -> None:
    assert all(each["address"].startswith(network.url) for each in loaded)
    assert sum(each["read"] for each in loaded) <= HEAVIEST
    assert loaded[0]["sent"] < loaded[0]["read"] / 2, "the page is compressed"


def test_it_waits_for_the_stylesheet_alone(loaded: list[dict[str, Any]]) -> None:
    (waited,) = [each["address"] for each in loaded[1:] if each["waits"] == "blocking"]
    assert waited.endswith("/style.css")


def test_it_loads_the_typefaces_of_its_letters(page: Page) -> None:
    faces = page.evaluate("[...document.fonts].filter(face => face.status == 'loaded').map(face => face.family)")
    assert {"Source Sans", "Source Serif"} <= set(faces)

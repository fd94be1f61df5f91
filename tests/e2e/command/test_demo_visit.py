"""A stranger finds a city and what it offers, on a telephone and without JavaScript."""

import csv
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.support.hosting.running_command import Running

pytestmark = [pytest.mark.slow, pytest.mark.long]

WIDTHS = (390, 1280)


def fits(page: Page, width: int) -> bool:
    """Whether nothing stands out of the window at the side; a map shows of its names and ties what its frame holds."""
    if page.evaluate("document.scrollingElement.scrollWidth") > width:
        return False
    elements = page.locator("main *:visible:not(.map svg *)")  # asked at once: a page has a thousand of them
    ends = elements.evaluate_all("found => found.map(each => each.getBoundingClientRect().right)")
    return all(end <= width + 1 for end in ends)


def _noting(told: list[str]) -> Callable[[ConsoleMessage], None]:
    return lambda message: told.append(message.text)


def test_a_stranger_finds_a_city_by_choices_and_takes_the_list_along(network: Running, browser: Browser) -> None:
    for width in WIDTHS:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=False, accept_downloads=True
        )
        page = context.new_page()
        problems: list[str] = []
        page.on("console", _noting(problems))  # a broken policy, for instance
        page.goto(network.url)
        expect(page.get_by_role("figure", name=re.compile(r"Map with \d+ cities"))).to_be_visible()
        assert page.locator("svg a.dot text").count() > 20
        assert page.locator("svg a.dot path.arcs").count() > 1
        land, frame, hero = (page.locator(each).bounding_box() for each in (".map .land", ".map-window", ".hero"))
        assert land is not None
        assert frame is not None
        assert hero is not None
        assert land["width"] > 0.9 * frame["width"]
        assert frame["width"] > (0.9 if width < 1024 else 0.5) * hero["width"], "beside the words where there is room"
        page.get_by_role("link", name="The cities as a list").click()
        everybody = int(page.get_by_text("cities take part.").inner_text().split()[0])
        page.wait_for_load_state()
        assert page.locator("svg a.dot").count() > 20
        assert fits(page, width)

        page.get_by_text("More choices").click()
        page.get_by_label("Form of working together").select_option("webinar")
        page.get_by_label("Inhabitants, at least").fill("100000")
        page.get_by_role("button", name="Show").click()
        fitting = int(page.get_by_text("cities fit.").inner_text().split()[0])
        assert 0 < fitting < everybody
        expect(page.get_by_label("Form of working together")).to_have_value("webinar")
        expect(page.get_by_role("link", name="at least 100000 inhabitants")).to_be_visible()
        expect(page.locator(".cards h2")).to_have_count(min(24, fitting))

        with page.expect_download() as download:
            page.get_by_role("link", name="CSV").click()
        content = Path(download.value.path()).read_text(encoding="utf-8-sig")
        rows = list(csv.DictReader(StringIO(content)))
        assert len(rows) == fitting
        assert all(int(row["population"]) >= 100_000 and ":webinar" in row["needs"] + row["offers"] for row in rows)

        page.locator(".cards h2 a").first.click()
        expect(page.get_by_role("heading", name="Offers", exact=True)).to_be_visible()
        page.wait_for_load_state()
        assert fits(page, width)
        assert problems == []
        context.close()

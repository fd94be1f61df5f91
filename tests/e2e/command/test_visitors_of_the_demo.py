"""A newcomer opens the links that `up` printed, and looks around as coordinator, foundation, staff and operator."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.hosting.running_command import Running, up
from tests.support.servers.browser import TELEPHONE

pytestmark = [pytest.mark.slow, pytest.mark.long]


@pytest.fixture
def network(small_demo: dict[str, Any], tmp_path: Path) -> Iterator[Running]:
    """A first start, which loads the small demo network before it prints its links."""
    with up(tmp_path / "data", **small_demo) as running:
        yield running


def look_around(page: Page, network: Running, role: str) -> None:
    page.goto(f"{network.url}/look-around")
    page.get_by_role("button", name=f"Look around as {role}").click()


def test_a_newcomer_looks_around(network: Running, browser: Browser) -> None:
    assert network.welcome.index(f"{network.url}/ ") < network.welcome.index(network.link("look-around"))
    page = browser.new_context(**TELEPHONE).new_page()
    page.goto(network.link("look-around"))
    assert page.url == f"{network.url}/look-around"
    expect(page.get_by_text("Illustrative:")).to_be_visible()

    look_around(page, network, "a coordinator")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your tasks")
    expect(page.get_by_text("Coordinator")).to_be_visible()
    page.get_by_role("link", name="Read and answer").first.click()
    page.get_by_label("Yes", exact=True).check()
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("status")).to_contain_text("You said yes. Thank you.")

    look_around(page, network, "a foundation")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your tasks")
    expect(page.get_by_text("(fictional) · programme officer")).to_be_visible()
    expect(page.get_by_role("link", name="Read and answer").first).to_be_visible()

    look_around(page, network, "staff")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Demo Staff")
    page.get_by_role("link", name="Where you are signed in").click()
    assert page.get_by_role("heading", level=1).inner_text()

    look_around(page, network, "an operator")
    expect(page.get_by_role("heading", level=1)).to_have_text("Status")

    stranger = browser.new_context().new_page()
    answer = stranger.goto(f"{network.url}/look-around")
    assert answer is not None
    assert answer.status == 403
    expect(stranger.get_by_text("opens by a link that “isopolity up” printed")).to_be_visible()
    expect(stranger.get_by_text("This is a demonstration")).to_be_visible()

"""Staff chooses how long members have to answer, on a telephone without JavaScript, and reads since when it holds."""

import pytest
from playwright.sync_api import Browser, expect

from tests.support.hosting.looking import look_around_as
from tests.support.hosting.running_command import Running
from tests.support.servers.browser import TELEPHONE, go_to

pytestmark = pytest.mark.slow


def test_staff_chooses_days_and_weights_and_reads_since_when(network: Running, browser: Browser) -> None:
    page = browser.new_context(**TELEPHONE).new_page()
    page.goto(network.link("look-around"))
    look_around_as("staff", page, network)
    go_to(page, "Settings")
    expect(page.get_by_text("No changes yet: the operator")).to_be_visible()
    page.get_by_label("Days to answer a proposal").fill("200")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Give 90 or less.")).to_be_visible()
    page.get_by_label("Days to answer a proposal").fill("28")
    page.get_by_text("Weights of the score").click()
    page.get_by_label("They share a language").first.fill("0,3")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("The change applies from now on.")
    expect(page.get_by_label("Days to answer a proposal")).to_have_value("28")
    held = "28 days to answer; sending as set by the operator; twinning: each side finds what it needs 0.05"
    expect(page.get_by_text(held)).to_be_visible()
    go_to(page, "Who did what")
    expect(page.locator("ul.rows strong", has_text="Changed settings of the network").first).to_be_visible()

"""Staff gives somebody the right to read alone, on a telephone without JavaScript; the person looks, and no more."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.hosting.looking import look_around_as
from tests.support.hosting.mailed_links import mailed_link
from tests.support.hosting.running_command import Running
from tests.support.servers.browser import TELEPHONE, go_to, open_until

pytestmark = pytest.mark.slow
READER = "rea@office.example"
ROOMS = ("Rounds", "Applications", "Changes to members", "Replace a coordinator", "Import", "Settings")


def signed_in(network: Running, page: Page) -> None:
    page.goto(f"{network.url}/sign-in")
    page.get_by_label("E-mail address").fill(READER)
    page.get_by_role("button", name="Send me a link").click()
    page.goto(mailed_link(network, READER, "sign-in", page))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/office")


def test_a_person_with_the_right_to_read_looks_and_decides_nothing(network: Running, browser: Browser) -> None:
    page = browser.new_context(**TELEPHONE).new_page()
    page.goto(network.link("look-around"))
    look_around_as("staff", page, network)
    go_to(page, "Staff")
    page.get_by_label("Name").fill("Rea Reader")
    page.get_by_label("E-mail address").fill(READER)
    expect(page.get_by_label("Read", exact=True)).to_be_checked()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("status")).to_contain_text("The person is on the list")

    other = browser.new_context(**TELEPHONE).new_page()
    signed_in(network, other)
    for room in ROOMS:
        go_to(other, room)
        expect(other.get_by_text(re.compile("you need the right to (admit|publish|manage)")).first).to_be_visible()
        expect(other.locator("main form[method=post] button")).to_have_count(0)

    page.get_by_role("link", name="Rea Reader").click()
    page.get_by_label("Admit").check()
    page.get_by_role("button", name="Change the rights").click()
    expect(page.get_by_role("listitem").filter(has_text="Rea Reader")).to_contain_text("admit")
    applications = other.get_by_role("heading", name="Applications")
    open_until(other, f"{network.url}/office/applications", lambda: not applications.count())
    expect(other.get_by_role("heading", level=1)).to_have_text(re.compile("Sign in|You have been signed out"))
    page.get_by_role("link", name="Rea Reader").click()
    page.get_by_text("Has left the office?").click()
    page.get_by_role("button", name="Remove from the list").click()
    expect(page.get_by_role("link", name="Rea Reader")).to_have_count(0)

"""A coordinator hands over on a telephone without JavaScript; the successor takes over by the mailed link."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.support.hosting.coordinators import proposed_cities, sign_in
from tests.support.hosting.mailed_links import mailed_link
from tests.support.hosting.running_command import Running
from tests.support.servers.browser import TELEPHONE, open_until

pytestmark = pytest.mark.slow
SUCCESSOR = "bo.lind@city.example"


def test_a_coordinator_hands_over_and_the_successor_finds_what_awaits(network: Running, browser: Browser) -> None:
    city_id, _ = proposed_cities(network)
    old, new = (browser.new_context(**TELEPHONE).new_page() for _ in range(2))
    sign_in(old, network, city_id)
    old.get_by_role("link", name="Your contacts").click()
    old.get_by_role("link", name="Hand over to somebody else").click()
    old.get_by_label("Name of your successor").fill("Bo Lind")
    old.get_by_label("E-mail address of your successor").fill(SUCCESSOR)
    old.get_by_label("A deputy").check()
    old.get_by_role("button", name="Hand over").click()
    expect(old.get_by_text("We wait for Bo Lind")).to_be_visible()
    new.goto(mailed_link(network, SUCCESSOR, "handover", new))
    new.get_by_role("button", name="Take over").click()
    expect(new.get_by_role("heading", level=1)).to_contain_text("You are a contact of")
    new.get_by_role("link", name="Sign in").last.click()
    new.get_by_label("E-mail address").fill(SUCCESSOR)
    new.get_by_role("button", name="Send me a link").click()
    new.goto(mailed_link(network, SUCCESSOR, "sign-in", new))
    new.get_by_role("button", name="Sign in").click()
    expect(new.get_by_role("heading", level=1)).to_have_text("Your tasks")
    expect(new.get_by_role("link", name="Read and answer")).to_be_visible()
    awaits = old.get_by_role("heading", name="Your tasks")
    open_until(old, f"{network.url}/me", lambda: not awaits.count())
    expect(old.get_by_role("heading", level=1)).to_have_text(re.compile("Sign in|You have been signed out"))

"""A coordinator on a telephone without JavaScript finds a city and asks to be introduced; the other says yes."""

import sqlite3
from collections import Counter
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.hosting.coordinators import facts, proposed_cities, sign_in
from tests.support.hosting.running_command import Running
from tests.support.servers.browser import TELEPHONE, open_until

pytestmark = pytest.mark.slow


def strangers(network: Running, city_id: str) -> list[str]:
    """Ids of cities to which nothing was proposed with this one; first those that have the most room."""
    with closing(sqlite3.connect(network.data / "matching.db")) as database:
        pairs = database.execute("SELECT a_member_id, b_member_id FROM proposals").fetchall()
    with closing(sqlite3.connect(network.data / "registry.db")) as database:
        cities = database.execute("SELECT member_id FROM contacts WHERE member_kind = 'city'").fetchall()
    met = {side for pair in pairs if city_id in pair for side in pair}
    busy = Counter(side for pair in pairs for side in pair)
    return sorted({found for (found,) in cities} - met - {city_id}, key=lambda found: (busy[found], found))


def take_on_three(page: Page) -> None:
    """Say that the city takes on three partnerships with other cities."""
    page.get_by_role("link", name="Places and pausing").click()
    page.get_by_label("Partnerships with other cities").fill("3")
    page.get_by_role("button", name="Save").click()


def ask_one_of(page: Page, network: Running, city_ids: list[str]) -> str:
    """Ask for the first city that no public rule keeps apart; returns its id."""
    for city_id in city_ids[:12]:
        page.goto(f"{network.url}/cities/{city_id}")
        page.get_by_role("link", name="Ask to be introduced").click()
        page.get_by_label("Tell them that we asked").check()
        page.get_by_role("button", name="Ask", exact=True).click()
        page.wait_for_load_state()
        if page.get_by_role("status").count():
            return city_id
        expect(page.locator("#problem")).to_be_visible()
    raise AssertionError("no city may be asked for")


def test_a_city_asks_to_be_introduced_and_both_have_a_partnership(network: Running, browser: Browser) -> None:
    asker, _ = proposed_cities(network)
    page = browser.new_context(**TELEPHONE).new_page()
    sign_in(page, network, asker)
    take_on_three(page)
    other = ask_one_of(page, network, strangers(network, asker))
    (own_name, _), (other_name, _) = facts(network, asker), facts(network, other)
    expect(page.get_by_role("status")).to_contain_text(f"introduced to {other_name}. You will hear by")

    answering = browser.new_context(**TELEPHONE).new_page()
    sign_in(answering, network, other)
    take_on_three(answering)  # the demo's round has left nobody any room
    task = answering.locator("#urgent, #later li").filter(has_text=f"Would you like to meet {own_name}?")
    open_until(answering, f"{network.url}/me", lambda: task.count() > 0)
    task.get_by_role("link").click()
    page.goto(f"{network.url}/me")
    expect(page.get_by_text("you hear by")).to_be_visible()
    answering.get_by_label("Yes", exact=True).check()
    answering.get_by_role("button", name="Send the answer").click()
    expect(answering.get_by_role("status")).to_be_visible()
    open_until(page, f"{network.url}/me", lambda: page.get_by_text("both said yes").count() > 0)
    expect(page.get_by_role("heading", name="Your partnerships")).to_be_visible()

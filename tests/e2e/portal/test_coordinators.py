"""Two coordinators on telephones without JavaScript: each finds its city, signs in by a mailed link, and says yes.

One of them changes what its city looks for."""

import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.hosting.coordinators import facts, proposed_cities, say_yes, sign_in
from tests.support.hosting.running_command import Running
from tests.support.servers.browser import TELEPHONE, open_until

pytestmark = pytest.mark.slow


def change_needs(page: Page) -> None:
    page.get_by_role("link", name="Change your needs and offers").click()
    needs = page.get_by_role("group", name="You look for")
    needs.get_by_label("Remove").last.check()
    needs.get_by_label("Find a subject").fill("farming")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Zero hunger").click()
    page.get_by_role("button", name="See what this would change").click()
    expect(page.get_by_role("heading", name="What this would change")).to_be_visible()
    expect(needs.get_by_label("Remove: zero hunger")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="What your change does")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    expect(needs.get_by_label("Remove: zero hunger")).to_be_visible()
    page.get_by_role("link", name="Back to your profile").click()
    expect(page.get_by_text("Zero hunger")).to_be_visible()
    page.get_by_role("link", name="Your tasks").first.click()
    page.get_by_role("link", name="See possible partners").click()
    expect(page.locator(".compare > li").first).to_be_visible()
    page.get_by_text("Reasons, and asking").first.click()
    expect(page.locator(".compare li li").first).to_be_visible()
    page.get_by_role("link", name="Your tasks").first.click()


def name_a_deputy(page: Page) -> None:
    page.get_by_role("link", name="Your contacts").click()
    page.get_by_label("Name", exact=True).fill("Ben Berg")
    page.get_by_label("E-mail address").fill("ben@city.example")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Ben Berg").first).to_be_visible()
    page.get_by_role("link", name="Erase Ben Berg").click()
    page.get_by_role("button", name="Erase").click()
    expect(page.get_by_text("Ben Berg")).to_have_count(0)


def test_two_coordinators_come_in_say_yes_and_have_a_partnership(network: Running, browser: Browser) -> None:
    cities = proposed_cities(network)
    telephones = [browser.new_context(**TELEPHONE).new_page() for _ in cities]
    for page, city_id in zip(telephones, cities, strict=True):
        sign_in(page, network, city_id)
        say_yes(page)
    telephones[0].get_by_role("link", name="Your tasks").first.click()
    change_needs(telephones[0])
    name_a_deputy(telephones[0])
    for page, city_id in zip(telephones, reversed(cities), strict=True):
        name, _ = facts(network, city_id)
        agreed = page.get_by_text("both said yes")
        open_until(page, f"{network.url}/me", lambda agreed=agreed: agreed.count() > 0)  # type: ignore[misc]  # bound at once
        expect(page.get_by_role("heading", name="Your partnerships")).to_be_visible()
        expect(page.get_by_role("link", name=name).first).to_be_visible()
        expect(page.get_by_text("both said yes")).to_be_visible()
        page.get_by_role("link", name="Contacts of your partners").click()
        expect(page.get_by_role("link", name="@").last).to_be_visible()
    page = telephones[0]
    page.goto(f"{network.url}/me")
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{network.url}/me")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def _stranger(network: Running) -> str:
    """A city that nobody has signed in for so far: none with a proposal that was answered."""
    with closing(sqlite3.connect(network.data / "matching.db")) as database:
        answered = database.execute("SELECT a_member_id, b_member_id FROM proposals WHERE stage <> 'issued'").fetchall()
    with closing(sqlite3.connect(network.data / "registry.db")) as database:
        query = "SELECT member_id FROM contacts WHERE member_kind = 'city' AND role = 'coordinator' ORDER BY member_id"
        cities = [str(city_id) for (city_id,) in database.execute(query)]
    return next(city_id for city_id in cities if all(city_id not in pair for pair in answered))


def test_topics_are_found_as_they_are_typed_and_ticked_ones_stay(network: Running, browser: Browser) -> None:
    page = browser.new_context().new_page()
    sign_in(page, network, _stranger(network))
    page.goto(f"{network.url}/me/profile/needs")
    page.get_by_role("button", name="Add another").first.click()
    card = page.locator(".interest.need").last
    topics = card.get_by_role("searchbox", name="Find topics")
    topics.press_sequentially("fishing")
    card.get_by_label("Fisheries", exact=True).check()
    topics.fill("adult literacy")
    expect(card.get_by_label("Adult literacy", exact=True)).not_to_be_checked()
    expect(card.get_by_label("Fisheries", exact=True)).to_be_checked()

"""What somebody typed outlives the session: signed in again by the mailed link, it is sent from the same form."""

import pytest
from playwright.sync_api import Browser, expect

from tests.support.hosting.coordinators import facts, proposed_cities, sign_in
from tests.support.hosting.mailed_links import mailed_link
from tests.support.hosting.running_command import Running
from tests.support.servers.browser import TELEPHONE

pytestmark = pytest.mark.slow


def throw_away_mails(network: Running, address: str) -> None:
    """So that the next link is the one that counts."""
    for file in (network.data / "mailbox" / "new").iterdir():
        if address.encode() in file.read_bytes():
            file.unlink()


def test_a_contact_typed_in_an_ended_session_is_added_after_signing_in_again(
    network: Running, browser: Browser
) -> None:
    city_id, _ = proposed_cities(network)
    context = browser.new_context(**TELEPHONE)
    page, tab = context.new_page(), context.new_page()
    sign_in(page, network, city_id)
    address = facts(network, city_id)[1]
    throw_away_mails(network, address)
    page.goto(f"{network.url}/me/contacts")
    page.get_by_label("Name", exact=True).fill("Ben Berg")
    page.get_by_label("E-mail address").fill("ben@city.example")
    tab.goto(f"{network.url}/me")
    tab.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have been signed out")
    page.get_by_role("link", name="Sign in again").click()
    page.get_by_label("E-mail address").fill(address)
    page.get_by_role("button", name="Send me a link").click()
    page.goto(mailed_link(network, address, "sign-in", page))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your contacts")
    expect(page.get_by_role("status")).to_contain_text("You typed this before you were signed out")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ben Berg")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("listitem").filter(has_text="Ben Berg")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("")

"""An operator follows a city from its entry to its partner's yes: every step under its cause, on a telephone."""

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.support.hosting.coordinators import proposed_cities, say_yes, sign_in
from tests.support.hosting.looking import look_around_as
from tests.support.hosting.running_command import Running
from tests.support.servers.browser import TELEPHONE, open_until

pytestmark = pytest.mark.slow


def until(page: Page, *texts: str) -> None:
    """Open the page again and again until it shows these."""
    open_until(page, page.url, lambda: all(page.get_by_text(text).count() for text in texts))


def _request_of(answer: Response) -> list[str]:
    """The id that the answer to a form names."""
    return [answer.headers["x-correlation-id"]] if answer.request.method == "POST" else []


def test_a_city_is_followed_from_its_entry_to_its_partners_yes(on_each_broker: Running, browser: Browser) -> None:
    network = on_each_broker
    cities = proposed_cities(on_each_broker)
    named: list[str] = []
    for city_id in cities:
        telephone = browser.new_context(**TELEPHONE).new_page()
        telephone.on("response", lambda answer: named.extend(_request_of(answer)))
        sign_in(telephone, network, city_id)
        say_yes(telephone)
    page = browser.new_context(**TELEPHONE).new_page()
    page.goto(network.link("look-around"))
    look_around_as("an operator", page, network)
    page.locator(".rooms summary").click()
    page.get_by_role("link", name="Journeys").click()
    page.get_by_label("Its id").fill(cities[0])
    page.get_by_role("button", name="Follow").click()
    expect(page.get_by_role("main")).to_contain_text(cities[0])
    expect(page.get_by_role("heading", level=1)).not_to_contain_text(cities[0])  # its name stands there
    until(page, "1 partnership stands.", "city.registered.v1", "read by matching")
    expect(page.get_by_text("city.registered.v1").first).to_be_visible()
    expect(page.get_by_text("read by matching").first).to_be_visible()
    page.locator('.steps a[href^="/operations/journey/proposal/"]').first.click()
    page.wait_for_url("**/operations/journey/proposal/**")
    until(page, "proposal.agreed.v1", "Introduction of both sides")
    expect(page.get_by_role("status")).to_contain_text("Both sides said yes.")
    answered = page.locator("li", has_text="response.received.v1").last
    expect(answered.locator("details").first).to_contain_text("proposal.agreed.v1")
    expect(page.get_by_text("Introduction of both sides").first).to_be_visible()
    page.locator('a[href^="/operations/journey/partnership/"]').first.click()
    expect(page.get_by_role("status")).to_contain_text("The partnership stands.")
    page.goto(f"{network.url}/operations/journey/correlation/{named[-1]}")
    expect(page.get_by_role("main")).to_contain_text("response.received.v1")

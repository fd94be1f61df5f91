"""Somebody finds a city by typing: the list, the map and the address follow, the focus stays, and the count is told."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.hosting.looking import look_around_as
from tests.support.hosting.running_command import Running
from tests.support.servers.browser import chromium

pytestmark = pytest.mark.slow


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of a browser that allows no script but those of the page's policy, and complains of nothing."""
    said: list[str] = []
    with chromium() as browser:
        opened = browser.new_page()
        opened.on("console", lambda message: said.append(message.text))
        opened.on("pageerror", lambda error: said.append(str(error)))
        yield opened
    assert not [each for each in said if "ERR_INTERNET_DISCONNECTED" not in each and "status of 422" not in each]


def first_name(page: Page) -> str:
    """The first name in a list."""
    return page.locator("#found .cards h2").first.inner_text()


def test_the_list_follows_what_is_typed(network: Running, page: Page) -> None:
    page.goto(f"{network.url}/cities")
    name = page.locator("#found .cards h2").nth(1).inner_text()
    field = page.get_by_label("Name", exact=True)
    field.press_sequentially(name.upper(), delay=20)
    expect(page.locator("#found .cards h2").first).to_have_text(name)
    expect(page.get_by_role("status")).to_have_text("1 city fits.")
    expect(field).to_be_focused()
    expect(field).to_have_value(name.upper())
    expect(page).to_have_url(re.compile(re.escape(f"{network.url}/cities?text=")))
    page.reload()
    assert first_name(page) == name
    expect(page.get_by_role("link", name="CSV")).to_have_attribute(
        "href", page.url.removeprefix(network.url) + "&form=csv"
    )
    field.fill("")
    expect(page.get_by_role("status")).to_contain_text("cities take part.")
    expect(page).to_have_url(f"{network.url}/cities")


def test_a_choice_is_followed_and_nothing_that_fits_is_told(network: Running, page: Page) -> None:
    page.goto(f"{network.url}/partners")
    page.get_by_label("Name", exact=True).fill("no such partner")
    expect(page.get_by_role("status")).to_contain_text("No partner fits all of this.")
    page.goto(f"{network.url}/seeking")
    subject = page.get_by_label("Subject")
    value = page.locator("#subject option").nth(1).get_attribute("value")
    subject.select_option(value)
    expect(page.get_by_role("status")).to_have_text("1 subject.")
    expect(page).to_have_url(f"{network.url}/seeking?subject={value}")


def test_bounds_in_the_wrong_order_say_so_as_they_are_typed(network: Running, page: Page) -> None:
    page.goto(network.link("look-around"))
    look_around_as("a foundation", page, network)
    page.goto(f"{network.url}/me/explore")
    page.get_by_text("More choices").click()
    page.get_by_label("Inhabitants, at least").fill("500000")
    expect(page.locator("#found .chosen")).to_contain_text("at least 500,000 inhabitants")
    page.get_by_label("Inhabitants, at most").fill("1000")
    expect(page.locator("#found")).to_have_text("The most, 1,000, is less than the least, 500,000; correct one.")
    page.get_by_label("Inhabitants, at most").fill("")
    expect(page.locator("#found .count")).to_contain_text("fit")


def test_the_button_does_it_where_the_server_does_not_answer_the_script(network: Running, page: Page) -> None:
    page.goto(f"{network.url}/cities")
    name = first_name(page)
    page.context.set_offline(True)
    page.get_by_label("Name", exact=True).fill(name)
    page.wait_for_timeout(600)
    assert page.url == f"{network.url}/cities"
    page.context.set_offline(False)
    page.get_by_role("button", name="Show").click()
    assert first_name(page) == name

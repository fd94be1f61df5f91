"""Coordinators of a running instance's cities, who sign in by mailed links."""

import re
import sqlite3
from contextlib import closing

from playwright.sync_api import Page, expect

from tests.support.hosting.mailed_links import Instance, mailed_link
from tests.support.hosting.running_command import Running


def proposed_cities(network: Running) -> tuple[str, str]:
    """The ids of two cities with a proposed twinning, and no other proposal."""
    with closing(sqlite3.connect(network.data / "matching.db")) as database:
        pairs = database.execute("SELECT a_member_id, b_member_id FROM proposals WHERE stage = 'issued'").fetchall()
    sides = [side for pair in pairs for side in pair]
    return next((a, b) for a, b in pairs if sides.count(a) == sides.count(b) == 1)


def facts(network: Running, city_id: str) -> tuple[str, str]:
    """The name of a city, and the address of its contact."""
    with closing(sqlite3.connect(network.data / "registry.db")) as database:
        (address,) = database.execute("SELECT email FROM contacts WHERE member_id = ?", (city_id,)).fetchone()
        (document,) = database.execute("SELECT document FROM cities WHERE id = ?", (city_id,)).fetchone()
    name = re.search(r'"name": ?"([^"]+)"', document)
    assert name is not None
    return name[1].encode().decode("unicode_escape") if "\\u" in name[1] else name[1], address


def sign_in(page: Page, network: Running, city_id: str) -> None:
    """Sign in from the home page, to the tasks of the city."""
    come_in(page, network, *facts(network, city_id))


def come_in(page: Page, network: Instance, name: str, address: str) -> None:
    """Sign in from the home page by a link mailed to this address, to the tasks of the city with this name."""
    page.goto(network.url)
    page.get_by_label("Find a city").fill(name)
    page.get_by_role("button", name="Search").click()
    page.locator("#found .cards").get_by_role("link", name=name, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.get_by_role("link", name="Sign in", exact=True).click()
    page.get_by_label("E-mail address").fill(address)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your mail")
    page.goto(mailed_link(network, address, "sign-in", page))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your tasks")


def say_yes(page: Page) -> None:
    """From the tasks of a city, answer its first proposal with yes."""
    page.get_by_role("link", name="Read and answer").click()
    page.get_by_label("Yes", exact=True).check()
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("status")).to_contain_text("You said yes. Thank you.")

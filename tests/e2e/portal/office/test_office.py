"""A day of the office, on a telephone and without JavaScript: who left is replaced, and who applies may join."""

import sqlite3
import time
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.hosting.coordinators import facts, proposed_cities
from tests.support.hosting.mailed_links import mailed_link
from tests.support.hosting.running_command import Running
from tests.support.registry.service import CITY, CONTACT
from tests.support.servers.browser import TELEPHONE, go_to

pytestmark = pytest.mark.slow
HEIR = "bo@successor.example"


@pytest.fixture
def network(on_each_broker: Running) -> Running:
    """A running instance, embedded and on Kafka."""
    return on_each_broker


@pytest.fixture
def page(browser: Browser, network: Running) -> Page:
    """The desk, on a telephone and without JavaScript."""
    opened = browser.new_context(**TELEPHONE).new_page()
    opened.goto(network.link("look-around"))
    opened.goto(f"{network.url}/look-around")
    opened.get_by_role("button", name="Look around as staff").click()
    expect(opened.get_by_role("heading", level=1)).to_contain_text("Demo Staff")
    return opened


def come_back(network: Running, address: str) -> None:
    """All mails to this address come back."""
    with closing(sqlite3.connect(network.data / "notify.db", timeout=30)) as database:
        contacts = "SELECT contact_id FROM contacts WHERE email = ?"
        database.execute(f"UPDATE mails SET state = 'bounced' WHERE contact_id IN ({contacts})", (address,))  # noqa: S608
        database.commit()


def test_a_coordinator_left_and_is_replaced_mailed_again_and_erased(network: Running, page: Page) -> None:
    city_id, _ = proposed_cities(network)
    name, address = facts(network, city_id)
    former = mailed_link(network, address, "notify/answer", page)
    come_back(network, address)

    go_to(page, "Your tasks")
    page.get_by_role("link", name="Members not reached by mail").click()
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_text("taken by you")).to_be_visible()
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_text(address)).to_be_visible()

    page.get_by_text("Add a contact").click()
    page.get_by_label("Name", exact=True).fill("Bo Berg")
    page.get_by_label("E-mail address").fill(HEIR)
    page.get_by_role("button", name="Add this contact").click()
    expect(page.get_by_role("status")).to_contain_text("The contact is added")
    page.get_by_text("Has left?").first.click()
    page.get_by_label("Yes, delete").first.check()
    page.get_by_label("Reason").first.fill("He has left.")
    page.get_by_role("button", name="Erase").first.click()
    expect(page.get_by_role("status")).to_have_text("The contact is erased everywhere.")
    expect(page.get_by_text(address)).to_have_count(0)

    end = time.monotonic() + 120
    while not page.get_by_role("status").filter(has_text="The mail goes out again").count():
        assert time.monotonic() < end, "notify hears of both within moments"
        page.get_by_role("button", name="Send again").first.click()
        page.wait_for_load_state()
        page.wait_for_timeout(500)
    expect(page.get_by_role("status")).to_contain_text("The mail goes out again")
    latter = mailed_link(network, HEIR, "notify/answer", page)
    page.goto(former)
    expect(page.get_by_role("radio")).to_have_count(0)
    page.goto(latter)
    expect(page.get_by_role("radio").first).to_be_visible()

    page.goto(f"{network.url}/office")
    expect(page.get_by_text("Members not reached by mail").locator("xpath=../..")).to_contain_text("Nothing to do.")
    go_to(page, "Who did what")
    for act in ("Added a contact", "Erased a contact", "Mailed again"):
        expect(page.locator("ul.rows strong", has_text=act).first).to_be_visible()
    expect(page.get_by_text(HEIR)).to_have_count(0)

    come_back(network, HEIR)
    go_to(page, "Mails that did not arrive")
    page.get_by_role("link", name="It came back, without a reason.").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Send")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("Sent again:")


def test_two_that_apply_are_endorsed_at_once(network: Running, page: Page) -> None:
    for number, name in enumerate(("Newtown", "Oldtown")):
        contact = CONTACT | {"email": f"ana@{name.lower()}.example"}
        body = CITY | {"name": name, "geonames_id": 990 + number, "contact": contact}
        httpx.post(f"{network.url}/registry/v1/cities", json=body, timeout=60).raise_for_status()
        page.goto(mailed_link(network, contact["email"], "notify/confirm", page))
        page.get_by_role("button").first.click()
    page.goto(f"{network.url}/office")
    go_to(page, "Applications")
    for name in ("Newtown", "Oldtown"):
        page.get_by_label(f"Choose {name}").check()
    page.get_by_role("button", name="Admit those ticked").click()
    for name in ("Newtown", "Oldtown"):
        expect(page.get_by_role("status")).to_contain_text(f"{name} is a new member.")
    expect(page.get_by_text("There are no applications to decide.")).to_be_visible()

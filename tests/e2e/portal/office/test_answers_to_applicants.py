"""Staff refuses, asks back, and asks a National Commission; each is read from the mail that it makes.

All on a telephone and without JavaScript. `ISOPOLITY_TEST_PICTURES` names a folder to keep pictures of the pages in.
"""

import email
import email.policy
import re
import sqlite3
import time
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.hosting.looking import picture
from tests.support.hosting.mailed_links import mailed_link
from tests.support.hosting.running_command import Running
from tests.support.registry.service import CITY, CONTACT
from tests.support.servers.browser import TELEPHONE

pytestmark = pytest.mark.slow


@pytest.fixture
def page(browser: Browser, network: Running) -> Page:
    """The desk, on a telephone and without JavaScript."""
    opened = browser.new_context(**TELEPHONE).new_page()
    opened.goto(network.link("look-around"))
    opened.goto(f"{network.url}/look-around")
    opened.get_by_role("button", name="Look around as staff").click()
    expect(opened.get_by_role("heading", level=1)).to_contain_text("Demo Staff")
    return opened


@pytest.fixture
def outside(browser: Browser) -> Page:
    """The telephone of somebody who got a mail."""
    return browser.new_context(**TELEPHONE).new_page()


def apply(network: Running, outside: Page, name: str, number: int) -> str:
    """A city applies and its address is confirmed; returns that address."""
    address = f"ana@{name.lower()}.example"
    body = CITY | {"name": name, "geonames_id": number, "contact": CONTACT | {"email": address}}
    httpx.post(f"{network.url}/registry/v1/cities", json=body, timeout=60).raise_for_status()
    outside.goto(mailed_link(network, address, "notify/confirm", outside))
    outside.get_by_role("button").first.click()
    return address


def look_at(page: Page, network: Running, name: str) -> None:
    """The page of the application that waits for staff."""
    page.goto(f"{network.url}/office/applications")
    page.get_by_role("listitem").filter(has_text=name).get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def mail_with(network: Running, address: str, words: str, page: Page) -> str:
    """The text of the mail to this address in which these words stand."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        for file in sorted((network.data / "mailbox" / "new").iterdir()):
            whole = file.read_bytes()
            if address.encode() in whole:
                body = email.message_from_bytes(whole, policy=email.policy.default).get_body(("plain",))
                text = "" if body is None else " ".join(body.get_content().split())
                if words in text:
                    return text
        page.wait_for_timeout(200)
    raise AssertionError(f"no mail with {words!r} came to {address}")


def letters_kept(network: Running) -> int:
    """How many letters registry has not forgotten yet."""
    with closing(sqlite3.connect(network.data / "registry.db", timeout=30)) as database:
        return int(database.execute("SELECT count(*) FROM letters").fetchone()[0])


def test_who_is_refused_reads_why_and_is_forgotten(network: Running, page: Page, outside: Page) -> None:
    address = apply(network, outside, "Refusedtown", 971)
    look_at(page, network, "Refusedtown")
    picture(page, "application")
    page.get_by_text("Decline it").click()
    page.get_by_label("Reason", exact=True).select_option("Too much is missing")
    page.get_by_label("Message to the applicant").fill("Tell us what the city looks for.")
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_role("status").first).to_contain_text("A mail tells the applicant why")
    picture(page, "refused")
    expect(page.get_by_text(address)).to_have_count(0)
    text = mail_with(network, address, "too much is missing", page)
    assert "Tell us what the city looks for." in text
    end = time.monotonic() + 120
    while letters_kept(network):
        assert time.monotonic() < end, "a letter is kept though its mail is out"
        page.wait_for_timeout(200)


def test_who_is_asked_back_answers_corrects_and_joins(network: Running, page: Page, outside: Page) -> None:
    address = apply(network, outside, "Askedtown", 972)
    look_at(page, network, "Askedtown")
    page.get_by_text("Ask the applicant").click()
    page.get_by_label("Your question to the applicant").fill("Which district would take part?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("The applicant can answer until")).to_be_visible()
    picture(page, "asked")
    page.goto(f"{network.url}/office/applications")
    expect(page.get_by_text("Askedtown")).to_have_count(0)
    page.goto(f"{network.url}/office/applications?status=asked")
    expect(page.get_by_text("Asked on")).to_be_visible()

    link = mailed_link(network, address, "join", outside)
    outside.goto(link)
    expect(outside.get_by_text("Which district would take part?")).to_be_visible()
    picture(outside, "question")
    outside.get_by_label("Your answer").fill("The north.\nAnd its harbour.")
    change = outside.get_by_role("button", name=re.compile("Change.*Who you are"))
    change.click()
    outside.get_by_role("button", name="Back to your application").click()
    change.click()
    outside.get_by_label("Name in Latin letters").fill("Askedtown North")
    outside.get_by_role("button", name="Save and continue").click()
    expect(outside.get_by_label("Your answer")).to_have_value("The north.\nAnd its harbour.")
    outside.get_by_role("button", name="Send the answer").click()
    expect(outside.get_by_role("heading", level=1)).to_have_text("Thank you, your answer is sent")
    picture(outside, "answered")
    outside.goto(link)
    expect(outside.get_by_role("heading", level=1)).to_have_text("This link no longer works")

    look_at(page, network, "Askedtown North")
    expect(page.get_by_text("The north.")).to_be_visible()
    picture(page, "answer")
    page.get_by_role("button", name="Admit").click()
    expect(page.get_by_role("status").first).to_contain_text("Askedtown North is a new member.")


def test_a_national_commission_endorses_by_a_mailed_link(network: Running, page: Page, outside: Page) -> None:
    apply(network, outside, "Advisedtown", 973)
    page.goto(f"{network.url}/office/commissions")
    page.get_by_label("Country").select_option("Brazil")
    page.get_by_label("Name, as used in our mails").fill("National Commission of Brazil")
    page.get_by_label("E-mail address").fill("natcom@brazil.example")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("natcom@brazil.example")).to_be_visible()
    picture(page, "commissions")
    page.goto(f"{network.url}/office/applications")
    page.get_by_label("Choose Advisedtown").check()
    page.get_by_role("button", name="Ask the National Commissions").click()
    expect(page.get_by_role("status")).to_contain_text("A mail to National Commission of Brazil is on its way.")
    picture(page, "applications")

    link = mailed_link(network, "natcom@brazil.example", "commission", outside)
    for _ in range(2):  # programs follow links in mails
        outside.goto(link)
    expect(outside.get_by_role("heading", level=1)).to_have_text("Advisedtown wants to join")
    expect(outside.get_by_text("ana@")).to_have_count(0)
    picture(outside, "consultation")
    outside.get_by_label("Your reasons").fill("We know it well.")
    outside.get_by_role("button", name="We endorse it").click()
    expect(outside.get_by_role("status").first).to_contain_text("You endorse Advisedtown.")
    picture(outside, "said")

    look_at(page, network, "Advisedtown")
    expect(page.get_by_text("National Commission of Brazil endorses it")).to_be_visible()
    expect(page.get_by_text("We know it well.")).to_be_visible()
    picture(page, "advised")
    page.get_by_role("button", name="Admit").click()
    expect(page.get_by_role("status").first).to_contain_text("Advisedtown is a new member.")
    outside.goto(link)
    expect(outside.get_by_role("heading", level=1)).to_have_text("This link no longer works")

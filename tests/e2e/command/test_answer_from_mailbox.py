"""A person reads a mail in the mail box, follows its link, says yes; so does the other side; both are introduced.

Then staff ends their partnership, and both read that it has ended.
"""

import json
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.support.hosting.running_command import Running, isopolity
from tests.support.servers.browser import open_until

pytestmark = [pytest.mark.slow, pytest.mark.long]


def answer_yes(page: Page, mail: str) -> Page:
    """Open the mail, follow its answer link, which opens a page of its own, and say yes there."""
    page.bring_to_front()  # a page behind another one is not painted, and a click would miss what lies in its frame
    page.goto(mail)
    with page.expect_popup() as opened:
        page.frame_locator("iframe").locator("a[href*='/notify/answer/']").first.click()
    answer = opened.value
    answer.get_by_label("Yes", exact=True).check()
    answer.get_by_role("button", name="Send the answer").click()
    return answer


def test_two_sides_answer_yes_from_the_mail_box_and_are_introduced(network: Running, browser_page: Page) -> None:
    page = browser_page
    page.goto(network.mail_box("purpose=proposal"))
    first = page.locator(".mails a").first
    own, address = first.locator(".who").inner_text(), str(first.get_attribute("href"))
    first_mail = f"{network.url}{address}"
    counterpart, receiver = other_side(network, address.split(".")[1])
    page.get_by_label("Who got it").fill(receiver)
    page.get_by_role("button", name="Show").click()
    second = page.locator(".mails a", has=page.get_by_text(counterpart, exact=True), has_text=own).first
    second_mail = f"{network.url}{second.get_attribute('href')}"

    expect(answer_yes(page, first_mail).get_by_role("status")).to_contain_text("You said yes")
    expect(answer_yes(page, second_mail).locator("h1, .done").filter(has_text="yes").first).to_be_visible()

    assert recipients_of(page, network, "introduction") == {own, counterpart}
    page.locator(".mails a").first.click()
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("@")

    (partnership,) = json.loads(run(network, "list", "--standing", "--json"))
    run(network, "end", partnership["partnership_id"], "--reason", "side-ended", "--yes")
    assert recipients_of(page, network, "ending") == {own, counterpart}
    for mail in [link.get_attribute("href") for link in page.locator(".mails a").all()]:
        page.goto(f"{network.url}{mail}/text")
        text = " ".join(page.locator("body").inner_text().split())
        assert own in text
        assert counterpart in text
        assert "recorded that one of the two sides has ended it. It had stood since" in text


def other_side(network: Running, mail_id: str) -> tuple[str, str]:
    """Name and address of who got the other mail about the same proposal."""
    question = """
        SELECT contacts.member_id, contacts.email FROM mails AS own
        JOIN mails AS other ON other.occasion_id = own.occasion_id AND other.side != own.side
        JOIN contacts ON contacts.contact_id = other.contact_id WHERE own.mail_id = ?
    """
    with closing(sqlite3.connect(network.data / "notify.db")) as database:
        member_id, receiver = database.execute(question, (mail_id,)).fetchone()
    question = "SELECT id, document FROM cities UNION SELECT id, document FROM partners"
    with closing(sqlite3.connect(network.data / "registry.db")) as database:
        documents = dict(database.execute(question).fetchall())
    return json.loads(documents[member_id])["name"], receiver


def recipients_of(page: Page, network: Running, purpose: str) -> set[str]:
    """Open the list of mails for this purpose; return the members that they went to, once there are two."""
    open_until(page, f"{network.url}/mailbox?purpose={purpose}", lambda: page.locator(".mails a").count() == 2)
    return set(page.locator(".mails .who").all_inner_texts())


def run(network: Running, *arguments: str) -> str:
    """The output of `isopolity partnerships` as staff runs it."""
    done = isopolity("partnerships", *arguments, "--data", str(network.data))
    assert done.returncode == 0, done.stderr
    return done.stdout

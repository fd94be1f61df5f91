"""Staff's day with a round, on a telephone without JavaScript: from its rules to answers and the printed report."""

import re
import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.hosting.running_command import Running, isopolity
from tests.support.servers.browser import TELEPHONE, go_to

pytestmark = pytest.mark.slow
RULES = '[[rules]]\nname = "Africa"\npairs = "twinnings"\nincluding = { region = "africa" }\nat_least = 2\n'
PATIENCE = 180
"""Seconds for which a round that is computed is looked at."""


def waited(page: Page) -> None:
    """The page of a round once it is computed."""
    end = time.monotonic() + PATIENCE
    while True:
        page.wait_for_load_state()
        if not page.get_by_role("link", name="Refresh").count():
            return
        assert time.monotonic() < end, "the round is not computed"
        page.wait_for_timeout(250)
        page.get_by_role("link", name="Refresh").click()


def test_staff_drafts_swaps_publishes_undoes_and_follows_answers(under_hold: Running, browser: Browser) -> None:
    page = browser.new_context(**TELEPHONE, accept_downloads=True).new_page()
    page.goto(under_hold.link("look-around"))
    page.get_by_role("button", name="Look around as staff").click()
    go_to(page, "Rounds")
    if page.get_by_role("link", name=re.compile("UTC")).count():  # the round of the demo is published: room for another
        page.get_by_role("link", name=re.compile("UTC")).first.click()
        page.wait_for_load_state()
        if page.get_by_role("button", name="Undo the publication").count():
            page.get_by_role("button", name="Undo the publication").click()
            expect(page.get_by_text("No member was told.")).to_be_visible()
        go_to(page, "Rounds")
    page.get_by_role("link", name="Start a round").click()
    page.get_by_text("The rules as a file, for programs").click()
    page.get_by_role("textbox", name="Rules (in TOML").fill(RULES)
    page.get_by_role("button", name="Try the rules").click()
    expect(page.get_by_text("At least 2 twinnings with a city of Africa.").first).to_be_visible()
    page.get_by_label("Add a rule").select_option(label="Each city gets a partner outside its region")
    page.get_by_role("button", name="Write this rule").click()
    page.get_by_role("group", name="Each of these").get_by_label("Countries of cities").fill("Finland, Kenya")
    page.get_by_role("button", name="Add this rule").click()
    expect(page.get_by_text(re.compile("for each city of Finland or Kenya")).first).to_be_visible()
    expect(page.get_by_text(re.compile(r"Concerns \d+ cit(y|ies) in \d countr")).last).to_be_visible()
    page.get_by_role("button", name="Start the round").click()
    waited(page)
    expect(page.get_by_role("heading", name="Who is served")).to_be_visible()
    address = page.url

    go_to(page, "Pairs")
    page.get_by_label("Kind").select_option("twinning")
    page.get_by_role("button", name="Show").click()
    page.locator("main ul.list.tall a").first.click()
    expect(page.get_by_role("heading", name="Preview of the mails")).to_be_visible()
    expect(page.locator(".letter")).to_have_count(2)
    page.get_by_role("button", name="Put in instead").first.click()
    expect(page.get_by_text(re.compile("The value (changes|stays)")).first).to_be_visible()
    page.get_by_role("button", name="Undo edit 1").click()
    expect(page.get_by_text("Undone").first).to_be_visible()

    go_to(page, "Pairs")
    page.locator("main ul.list.tall a").first.click()
    stale = page.context.new_page()
    stale.goto(page.url)
    page.get_by_role("button", name="Forbid", exact=True).click()
    expect(page.get_by_text("Forbidden").first).to_be_visible()
    stale.get_by_role("button", name="Pin", exact=True).click()
    expect(stale.get_by_text("Nothing was changed: somebody has edited the draft since you looked.")).to_be_visible()
    stale.get_by_role("button", name="Do it anyway: pin").click()
    expect(stale.get_by_text("Pinned").first).to_be_visible()
    stale.close()

    go_to(page, "Publish")
    mails = re.search(r"([\d,]+) mails", page.inner_text("main"))
    assert mails is not None
    page.get_by_label("Number of mails that go out, to confirm").fill("1")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Type the number of mails")).to_be_visible()
    page.get_by_label("Number of mails that go out, to confirm").fill(mails[1])
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("No member has been told yet.")).to_be_visible()
    go_to(page, "Answers")
    expect(page.get_by_text("You can undo this for another 23 hours")).to_be_visible()
    page.get_by_role("button", name="Undo the publication").click()
    expect(page.get_by_text("No member was told.")).to_be_visible()

    go_to(page, "Pairs")
    page.get_by_label("Mark").first.check()
    page.get_by_role("button", name="Publish them").click()
    page.get_by_label("Number of mails that go out, to confirm").fill("2")
    page.get_by_role("button", name="Publish").click()
    go_to(page, "Answers")
    expect(page.locator("main ul.list.tall > li")).to_have_count(1)
    expect(page.get_by_text("scheduled").first).to_be_visible()
    go_to(page, "Difference")
    go_to(page, "Report")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_have_count(0)
    expect(page.get_by_text("Who is served")).to_be_visible()
    page.emulate_media(media="screen")
    page.goto(f"{address}/proof")
    expect(page.get_by_text("before any member was told")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the certificate of publication 2").click()
    done = isopolity("round", "verify", str(download.value.path()))
    assert done.returncode == 0, done.stdout + done.stderr

"""A foundation on a telephone without JavaScript writes a programme, explores, saves, shares, asks, and reads on."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.hosting.looking import look_around_as
from tests.support.hosting.running_command import Running
from tests.support.servers.browser import TELEPHONE, go_to

pytestmark = pytest.mark.slow
NAME = "Doors to libraries"
SAVED = "Cities that read"


def write_a_programme(page: Page, network: Running) -> None:
    """From the tasks of the foundation to a programme that waits for the office."""
    page.get_by_role("link", name="Your programmes", exact=True).click()
    page.get_by_role("link", name="Add a programme").click()
    page.get_by_label("Name", exact=True).fill(NAME)
    page.get_by_text("Sustainable Development Goals").click()
    for label in ("Literacy", "Quality education", "Climate action"):
        page.get_by_label(label, exact=True).check()
    page.get_by_role("button", name="Count again").click()
    expect(page.locator("#count")).to_contain_text(re.compile(r"\d+ cit(y|ies) fits?"))
    expect(page.get_by_label("Name", exact=True)).to_have_value(NAME)
    for label, value in (("Whole budget", "much"), ("A grant, at least", "1 000"), ("A grant, at most", "500 000")):
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#budget-fault")).to_be_visible()
    page.get_by_label("Whole budget").fill("2 000 000")
    page.get_by_label("Cities at a time").fill("4")
    page.get_by_role("button", name="Save", exact=True).click()
    card = page.locator(".cards li", has=page.get_by_role("heading", name=NAME))
    expect(card).to_contain_text("Waits for the office")


def test_a_foundation_works_a_day_on_its_desk(on_each_broker: Running, browser: Browser) -> None:
    network = on_each_broker
    page = browser.new_context(**TELEPHONE).new_page()
    page.goto(network.link("look-around"))
    look_around_as("a foundation", page, network)
    write_a_programme(page, network)

    stranger = browser.new_context(**TELEPHONE).new_page()
    stranger.goto(f"{network.url}/partners?text=Doors")
    expect(stranger.get_by_text(NAME)).to_have_count(0)
    office = browser.new_context(**TELEPHONE).new_page()
    office.goto(network.link("look-around"))
    look_around_as("staff", office, network)
    go_to(office, "Programmes to decide")
    office.get_by_role("button", name=re.compile(rf"Admit\s*:\s*{NAME}")).click()
    expect(office.get_by_text("There are no programmes to decide.")).to_be_visible()

    page.goto(f"{network.url}/me/programmes")
    card = page.locator(".cards li", has=page.get_by_role("heading", name=NAME))
    expect(card).to_contain_text("Open")
    card.get_by_role("link", name="Which cities fit").click()
    page.get_by_label("Region").select_option(label="Africa")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".count")).to_contain_text("fit")
    page.get_by_role("link", name="Charts").click()
    expect(page.get_by_role("img", name="Cities by region")).to_be_visible()
    page.get_by_role("link", name="Map").click()
    expect(page.get_by_role("figure", name=re.compile(r"Map with \d+ cit(y|ies)"))).to_be_visible()
    page.get_by_role("link", name="save it, or find saved ones").click()
    page.get_by_label("Name of this selection").fill(SAVED)
    page.get_by_role("button", name="Save for all of us").click()

    colleague = browser.new_context(**TELEPHONE).new_page()
    colleague.goto(network.link("look-around"))
    look_around_as("a foundation", colleague, network)
    colleague.goto(f"{network.url}/me/explore/saved")
    colleague.get_by_role("link", name=SAVED).click()
    colleague.get_by_role("link", name="List", exact=True).click()
    expect(colleague.get_by_label("Region")).to_have_value("africa")

    city = colleague.locator(".cards li", has=colleague.get_by_role("link", name="Ask to be introduced")).last
    city.get_by_role("link", name="put it on the shortlist").click()
    colleague.get_by_role("button", name="Put it on the shortlist").click()
    colleague.get_by_label("A note").fill("They have a library; ask in spring.")
    colleague.get_by_role("button", name="Save", exact=True).click()
    expect(colleague.get_by_text("They have a library; ask in spring.")).to_be_visible()
    name = colleague.get_by_role("heading", level=1).inner_text()
    colleague.get_by_role("link", name="Ask to be introduced").click()
    colleague.get_by_role("button", name="Ask", exact=True).click()
    expect(colleague.get_by_role("status")).to_contain_text(f"introduced to {name}. You will hear by")
    colleague.goto(f"{network.url}/me/pipeline")
    expect(colleague.get_by_role("heading", name="What silence means")).to_be_visible()
    row = colleague.locator(".timeline li", has=colleague.get_by_role("link", name=name, exact=True)).first
    expect(row).to_contain_text("you asked to be introduced")
    expect(row).to_contain_text("you hear by")

"""Somebody on a telephone without JavaScript joins with a city; staff takes it in; it stands in the directory."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.hosting.mailed_links import mailed_link
from tests.support.hosting.running_command import Running, isopolity, up
from tests.support.hosting.small_demo import write_small_demo
from tests.support.servers.browser import TELEPHONE, chromium

pytestmark = pytest.mark.slow
ADDRESS = "ines@newtown.example"


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Running]:
    """A running instance with a small demo network."""
    (tmp_path / "demo").mkdir()
    write_small_demo(tmp_path / "demo")
    with up(tmp_path / "data", ISOPOLITY_TEST_DEMO=str(tmp_path / "demo")) as running:
        yield running


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def fill_in(page: Page) -> None:
    page.get_by_label("Name in Latin letters").fill("Vila Nova de Teste")
    page.get_by_label("Country").select_option("Portugal")
    page.get_by_label("Latitude").fill("41,5")
    page.get_by_label("Longitude").fill("far west")
    page.get_by_label("Working language").select_option("Portuguese")
    page.get_by_label("Name", exact=True).fill("Inês Reis")
    page.get_by_label("E-mail address").fill(ADDRESS)
    for group, subject in (("You look for", "zero hunger"), ("You offer", "quality education")):
        page.get_by_role("group", name=group).get_by_label("Subject").first.select_option(subject)


def test_a_city_joins(network: Running, browser: Browser) -> None:
    page = browser.new_context(**TELEPHONE).new_page()
    page.goto(network.url)
    page.get_by_role("link", name="Join as a city").click()
    fill_in(page)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing was sent yet")
    expect(page.get_by_label("Name in Latin letters")).to_have_value("Vila Nova de Teste")
    expect(page.get_by_label("Longitude")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Longitude").fill("-8.3")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    page.goto(mailed_link(network, ADDRESS, "confirm", page))
    page.get_by_role("button").click()
    (application_id,) = [line.split()[0] for line in run(network, "list").splitlines() if "Vila Nova" in line]
    run(network, "endorse", application_id)
    page.goto(f"{network.url}/cities?text=vila+nova")
    page.get_by_role("link", name="Vila Nova de Teste").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vila Nova de Teste")
    expect(page.get_by_text("Zero hunger")).to_be_visible()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail address").fill(ADDRESS)
    page.get_by_role("button", name="Send me a link").click()
    page.goto(mailed_link(network, ADDRESS, "sign-in", page))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What awaits you")


def run(network: Running, *arguments: str) -> str:
    """The output of `isopolity applications` as staff runs it."""
    done = isopolity("applications", *arguments, "--data", str(network.data))
    assert done.returncode == 0, done.stderr
    return done.stdout

"""Somebody on a telephone without JavaScript joins with a city, step by step; staff takes it in."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.hosting.mailed_links import mailed_link
from tests.support.hosting.running_command import Running, isopolity
from tests.support.servers.browser import TELEPHONE

pytestmark = pytest.mark.slow
ADDRESS = "ines@newtown.example"


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def fill_in(page: Page, step: str) -> None:
    page.get_by_role("link", name=re.compile(f"Fill in.*{step}")).click()


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Save and continue").click()


def ask_for_a_link(page: Page, network: Running) -> str:
    """The link that comes after the address has been given, once wrongly."""
    page.goto(network.url)
    page.get_by_role("link", name="Join as a city").click()
    expect(page.get_by_label("a city")).to_be_checked()
    page.get_by_label("E-mail address").fill("ines@newtown")
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_label("E-mail address")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("E-mail address").fill(ADDRESS)
    page.get_by_role("button", name="Send me the link").click()
    heading(page, "Check your mail")
    return mailed_link(network, ADDRESS, "join", page)


def say_who_and_where(page: Page) -> None:
    """The first two steps, with a mistake in the second."""
    fill_in(page, "Who you are")
    page.get_by_label("Name in Latin letters").fill("Vila Nova de Teste")
    page.get_by_label("Working language").select_option("Portuguese")
    go_on(page)
    heading(page, "Where you are")
    page.get_by_label("Country").select_option("Portugal")
    page.get_by_label("Latitude").fill("41,5")
    page.get_by_label("Longitude").fill("far west")
    go_on(page)
    expect(page.get_by_role("alert")).to_contain_text("not saved yet")
    expect(page.get_by_label("Latitude")).to_have_value("41,5")
    expect(page.get_by_label("Longitude")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Longitude").fill("-8.3")
    go_on(page)
    heading(page, "Contacts")


def say_whom_and_what(page: Page) -> None:
    """The last two steps."""
    fill_in(page, "Contacts")
    page.get_by_role("group", name="You").get_by_label("Name", exact=True).fill("Inês Reis")
    other = page.get_by_role("group", name="Other contacts")
    other.get_by_label("Name").first.fill("Rui Melo")
    other.get_by_label("E-mail address").first.fill("rui@newtown.example")
    go_on(page)
    heading(page, "Needs and offers")
    for group, subject in (("You look for", "zero hunger"), ("You offer", "quality education")):
        page.get_by_role("group", name=group).get_by_label("Subject", exact=True).first.select_option(subject)
    go_on(page)
    heading(page, "Your application")


def test_a_city_joins(network: Running, browser: Browser) -> None:
    context = browser.new_context(**TELEPHONE)
    page = context.new_page()
    link = ask_for_a_link(page, network)
    page.goto(link)
    heading(page, "Your application")
    say_who_and_where(page)
    context.close()
    page = browser.new_context(**TELEPHONE).new_page()
    page.goto(link)  # later, on another telephone
    expect(page.get_by_text("Vila Nova de Teste")).to_be_visible()
    say_whom_and_what(page)
    assert "Vila Nova" not in run(network, "list", "--status", "any")
    page.get_by_role("button", name="Hand it in").click()
    heading(page, "Thank you, your application is handed in")
    page.goto(link)
    heading(page, "This link no longer works")
    (application_id,) = [line.split()[0] for line in run(network, "list").splitlines() if "Vila Nova" in line]
    run(network, "endorse", application_id)
    page.goto(f"{network.url}/cities?text=vila+nova")
    page.locator(".cards").get_by_role("link", name="Vila Nova de Teste").click()
    heading(page, "Vila Nova de Teste")
    expect(page.get_by_text("Zero hunger")).to_be_visible()
    page.get_by_role("link", name="Sign in", exact=True).click()
    page.get_by_label("E-mail address").fill(ADDRESS)
    page.get_by_role("button", name="Send me a link").click()
    page.goto(mailed_link(network, ADDRESS, "sign-in", page))
    page.get_by_role("button", name="Sign in").click()
    heading(page, "Your tasks")
    secret = link.rpartition("/")[2]
    logs = [path for path in network.data.rglob("*.log") if path.is_file()]
    assert logs
    assert all(secret not in path.read_text(encoding="utf-8") for path in logs)


def run(network: Running, *arguments: str) -> str:
    """The output of `isopolity applications` as staff runs it."""
    done = isopolity("applications", *arguments, "--data", str(network.data))
    assert done.returncode == 0, done.stderr
    return done.stdout

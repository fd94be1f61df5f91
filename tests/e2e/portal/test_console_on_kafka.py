"""Each service a process of its own, on Kafka: one is killed, and the console says soon what waits for it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.hosting.mailed_links import mailed_link
from tests.support.hosting.separate_services import SeparateServices, separate_services
from tests.support.servers.browser import TELEPHONE
from tests.support.servers.kafka_cluster import kafka_cluster

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.slow]
MIA = "mia@operator.example"
CITY = {"kind": "city", "country": "FI", "languages": ["en"], "needs": [], "offers": []}


@pytest.fixture
def network(tmp_path: Path, postgres_server: str) -> Iterator[SeparateServices]:
    with (
        kafka_cluster(tmp_path / "kafka") as cluster,
        separate_services(
            tmp_path, kafka=cluster.bootstrap, postgres=postgres_server, settings={"STAFF_SECOND_FACTOR": "false"}
        ) as running,
    ):
        running.add_operator(MIA)
        yield running


def come_in(page: Page, network: SeparateServices) -> None:
    """To the flow, by a mailed link."""
    page.goto(f"{network.url}/sign-in")
    page.get_by_label("E-mail address").fill(MIA)
    page.get_by_role("button", name="Send me a link").click()
    page.goto(mailed_link(network, MIA, "sign-in", page))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Does everything flow?")


def shows(page: Page, network: SeparateServices, text: str, within: float) -> str:
    """The flow, as soon as it says this."""
    end = time.monotonic() + within
    while True:
        page.goto(f"{network.url}/operations")
        found = page.inner_text("main")
        if text in found:
            return found
        assert time.monotonic() < end, found
        page.wait_for_timeout(1_000)


def test_a_service_that_is_killed_is_told_with_the_hop_and_for_how_many_members_events_wait(
    network: SeparateServices, browser: Browser
) -> None:
    page = browser.new_context(**TELEPHONE).new_page()
    come_in(page, network)
    shows(page, network, "The canary came through", within=120)
    page.goto(f"{network.url}/operations/groups")
    page.get_by_text("Who holds which partition").last.click()
    expect(page.get_by_text(f"-{network.processes['notify'].pid}").first).to_be_visible()

    network.processes["notify"].kill()
    for name in ("Turku", "Oulu"):
        network.join(CITY | {"name": name}, f"ana@{name.lower()}.example")
    found = shows(page, network, "notify reads no events", within=60)
    assert "notify does not answer" in found
    found = shows(page, network, "They are about 2 members.", within=30)
    stuck = page.locator("#notify-in").inner_text()
    assert "for 2 members" in stuck
    assert "this is what the services tell whose events it reads" in stuck
    assert "It flows." in page.locator("#matching-in").inner_text()

"""The operator's console on a telephone, without JavaScript: a consumer stops, the flow says where and for whom."""

import json
import re
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from isopolity.contracts.catalogue import PROPOSAL
from isopolity.messaging.broker import Message
from isopolity.notify.application import answers
from isopolity.notify.entrypoints import event_handlers
from tests.support.access.network import COOKIE
from tests.support.access.strangers import NARROW, Network, network_of_strangers
from tests.support.hosting.console import end_flood, flood, shows
from tests.support.hosting.looking import picture, serious
from tests.support.servers.browser import chromium

pytestmark = pytest.mark.slow
ROOMS = (
    "/operations",
    "/operations/topics",
    "/operations/groups",
    "/operations/events",
    "/operations/events?topic=matching.proposal&topic=registry.city",
    "/operations/dead-letters",
    "/operations/audit",
    "/operations/steps",
)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with network_of_strangers(tmp_path_factory.mktemp("network")) as opened:
        opened.switch["text"] = None
        yield opened


@pytest.fixture
def page(network: Network) -> Iterator[Page]:
    """An operator's telephone, without JavaScript."""
    with chromium() as browser:
        context = browser.new_context(viewport={"width": NARROW, "height": 740}, java_script_enabled=False)
        context.add_cookies([{"name": COOKIE, "value": network.known.cookies["operator"], "url": network.url}])
        yield context.new_page()


async def publish(network: Network, values: list[bytes]) -> None:
    broker = network.known.network.services["notify"].vitals.broker
    async with broker.producer() as producer:
        await producer.publish([Message(PROPOSAL.name, f"p{number}", value) for number, value in enumerate(values)])


def test_a_consumer_that_stops_is_told_within_a_minute_with_the_hop_since_when_and_for_how_many(
    network: Network, page: Page
) -> None:
    before = shows(page, network.url, "The canary came through")
    assert "reads no events" not in before
    network.portal.call(publish, network, [b"not json"] * 60)
    shows(page, network.url, "notify reads no events")
    pairs = [("espoo", "bergen"), ("espoo", "cusco"), ("bergen", "cusco")] * 3
    sides = [json.dumps({"sides": [{"member_id": a}, {"member_id": b}]}).encode() for a, b in pairs]
    network.portal.call(publish, network, sides)
    shows(page, network.url, "They concern 3 members.", "stopped by too many dead letters")
    stuck = page.locator("#notify-in")
    assert "Does not work." in stuck.inner_text()
    assert "for 3 members" in stuck.inner_text()
    assert "Works." in page.locator("#matching-in").inner_text()
    page.locator("#troubles").get_by_role("link", name="What to do").first.click()
    expect(page).to_have_url(re.compile("#stopped$"))
    shows(page, network.url, "notify has 20 dead letters.")

    page.get_by_role("link", name="Look at them").click()
    page.get_by_role("link", name="Look at it").first.click()
    expect(page.locator("main")).to_contain_text("so its content is not shown")
    page.goto(f"{network.url}/operations/dead-letters")
    page.get_by_role("checkbox").first.check()
    page.get_by_text("Send them again anyway").click()
    page.get_by_role("button", name="Try without sending").click()
    expect(page.locator("main")).to_contain_text("1 record would be sent again.")
    page.get_by_label("Reason, kept in the audit").fill("planted by a test")
    page.get_by_role("button", name="Settle the ticked letters for good").click()
    expect(page.locator("main")).to_contain_text("1 letter is settled and no longer counted.")
    expect(page.locator("main")).to_contain_text("19 letters, the oldest first")


def test_a_flood_that_stopped_a_consumer_is_ended_by_a_redrive_once_the_cause_is_mended(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bad release of notify fails at each canary; the next one does not."""
    is_bad = Event()
    good = answers.canary_relayed

    async def release(event: Any, uow: Any, clock: Any) -> None:
        if is_bad.is_set():
            raise ZeroDivisionError
        await good(event, uow, clock)

    monkeypatch.setattr(event_handlers, "canary_relayed", release)
    with network_of_strangers(tmp_path_factory.mktemp("flooded")) as network, chromium() as browser:
        network.switch["text"] = None
        context = browser.new_context(viewport={"width": NARROW, "height": 740}, java_script_enabled=False)
        context.add_cookies([{"name": COOKIE, "value": network.known.cookies["operator"], "url": network.url}])
        page = context.new_page()
        is_bad.set()
        network.portal.call(flood, network.known.network.services["notify"].vitals.broker, 30)
        end_flood(page, network.url, mend=is_bad.clear)

        page.goto(f"{network.url}/operations/groups/isopolity.notify")
        page.get_by_label("Reason, kept in the audit").fill("to look at a reset")
        page.get_by_role("button", name="Pause").click()
        page.get_by_label("after the last event").check()
        page.get_by_role("button", name="Preview").click()
        expect(page.locator("main")).to_contain_text("Nothing has been done yet.")
        picture(page, "operations-group-reset")


def test_each_room_is_narrow_light_and_has_nothing_serious(network: Network) -> None:
    with chromium() as browser:
        seen = browser.new_page(viewport={"width": NARROW, "height": 740})
        seen.context.add_cookies([{"name": COOKIE, "value": network.known.cookies["operator"], "url": network.url}])
        for room in ROOMS:
            answer = seen.goto(network.url + room)
            assert answer is not None
            assert answer.status == 200
            assert len(answer.body()) < 60_000
            assert seen.evaluate("document.documentElement.scrollWidth") <= NARROW, room
            assert serious(seen) == []
            seen.emulate_media(color_scheme="light")
            picture(seen, room.partition("&")[0].replace("/", "-").replace("?", "-")[1:])

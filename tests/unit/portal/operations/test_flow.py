"""The flow of events: what is wrong stands first, silence is calm, and a service that is away hides no other."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import pytest

from isopolity.web.operations.troubles import Trouble, troubles_of
from tests.support.portal import CITY, HOSTILE, OFFICE, STAFF, answers, portal, signed_in

OPERATOR = OFFICE | {"scopes": ["operator"]}
RUNBOOK = Path(__file__).parents[4] / "docs" / "runbook.md"
KINDS = (
    "away", "unwritable", "cannot-publish", "stopped", "behind", "canary-late", "dead-letters", "canary-not-back",
    "answers-incomplete", "answers-unknown", "mails-unknown",
)  # fmt: skip


def report(service: str) -> dict[str, Any]:
    """A service through which everything flows."""
    topics = {
        "matching": ["isopolity.registry.city", "isopolity.notify.response"],
        "notify": ["isopolity.matching.proposal"],
    }
    consumer = {"group": f"isopolity.{service}", "state": "running", "ready": True, "reason": "consuming", "lag": 0}
    lags = [{"topic": topic, "lag": 0} for topic in topics.get(service, [])]
    consumers = [consumer | {"topics": lags, "oldest_seconds": None, "retrying": []}] if lags else []
    return {
        "service": service, "unwritable": [], "outbox": {"depth": 0, "oldest_seconds": None}, "consumers": consumers,
        "parked": 0, "parked_for": [], "dead_letters": {}, "canary_seconds": 20.0 if lags else None, "counts": {},
    }  # fmt: skip


def served(*accounts: dict[str, Any], **reports: dict[str, Any] | int) -> dict[str, Any]:
    def answer(request: httpx.Request) -> httpx.Response:
        found = reports.get(request.url.host, report(request.url.host))
        return httpx.Response(found) if isinstance(found, int) else httpx.Response(200, json=found)

    return answers(*(accounts or (OPERATOR,))) | {"/status": answer}


def stopped() -> dict[str, Any]:
    """Notify, whose consumer stands still while proposals wait."""
    found = deepcopy(report("notify"))
    found["consumers"][0] |= {"ready": False, "reason": HOSTILE, "lag": 4, "oldest_seconds": 3_000.0}
    found["consumers"][0]["topics"][0]["lag"] = 4
    return found


async def test_an_operator_comes_in_at_the_flow_which_says_that_everything_flows() -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        assert (await browser.get("/me")).headers["location"] == "/operations"
        page = await browser.get("/operations")
    assert page.status_code == 200
    assert (page.text.count('class="hop"'), page.text.count("Everything flows.")) == (7, 1)
    assert "The canary came through 20 s ago." in page.text


async def test_what_does_not_flow_stands_first_with_how_many_wait_since_when_and_what_to_do() -> None:
    async with portal(served(notify=stopped())) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations")).text
    assert page.index("notify reads no events: 4 wait, the oldest for 50 min.") < page.index('class="hops"')
    assert 'href="/operations/steps#stopped"' in page
    assert re.search(r'class="hop stuck" id="notify-in"', page)
    assert HOSTILE not in page
    assert "Everything flows" not in page


async def test_a_service_that_is_away_is_named_and_hides_no_other() -> None:
    async with portal(served(matching=503)) as browser:
        await signed_in(browser)
        page = await browser.get("/operations")
    assert (page.status_code, page.text.count("cannot be shown now")) == (200, 3)
    assert "matching does not answer" in page.text
    assert page.text.count("It flows.") == 4


async def test_who_is_no_operator_is_led_on_and_who_is_both_gets_from_one_room_to_the_other() -> None:
    for account, place in ((STAFF, "/me"), (CITY, "/me")):
        async with portal(served(account)) as browser:
            await signed_in(browser)
            for path in ("/operations", "/operations/steps"):
                assert (await browser.get(path)).headers["location"] == place
    async with portal(served()) as browser:
        assert (await browser.get("/operations")).headers["location"] == "/sign-in"
    async with portal(served(OFFICE | {"scopes": ["staff", "operator"]})) as browser:
        await signed_in(browser)
        assert 'href="/office"' in (await browser.get("/operations")).text
        assert 'href="/operations"' in (await browser.get("/office")).text


async def test_a_refusal_of_the_services_is_told() -> None:
    async with portal(served(registry=403)) as browser:
        await signed_in(browser)
        assert (await browser.get("/operations")).status_code == 403


async def test_each_kind_of_trouble_has_its_step_whose_heading_the_runbook_has() -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations/steps")).text
    assert re.findall(r'<section id="([a-z-]+)"', page) != []
    assert set(re.findall(r'<section id="([a-z-]+)"', page)) == set(KINDS)
    runbook = RUNBOOK.read_text(encoding="utf-8")
    for heading in set(re.findall("“([^”]+)”</span>", page)):
        assert f"## {heading}\n" in runbook or f"**{heading}" in runbook, heading


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"unwritable": ["the disk is full"]}, "unwritable"),
        ({"outbox": {"depth": 3, "oldest_seconds": 301.0}}, "cannot-publish"),
        ({"canary_seconds": 181.0}, "canary-late"),
        ({"dead_letters": {"handler-failed": 1}}, "dead-letters"),
        ({"counts": {"canary_returned_seconds": 181.0}}, "canary-not-back"),
        ({"counts": {"answers_complete_seconds": 1801.0}}, "answers-incomplete"),
        ({"counts": {"answers_complete_seconds": None, "proposals_issued": 1}}, "answers-unknown"),
    ],
)
def test_each_trouble_is_known_by_its_kind(change: dict[str, Any], kind: str) -> None:
    found = list(troubles_of({"matching": report("matching") | change}))
    assert [each.kind for each in found] == [kind]
    assert kind in KINDS


def test_silence_is_no_trouble() -> None:
    reports = {service: report(service) for service in ("registry", "matching", "notify")}
    assert list(troubles_of(reports)) == []
    assert list(troubles_of({"notify": report("notify") | {"counts": {"mails_unknown": 2}}})) == [
        Trouble(kind="mails-unknown", service="notify", count=2)
    ]

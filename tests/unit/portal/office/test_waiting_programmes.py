"""The office refuses a programme that waits, with a reason; its partner reads it where it works, and mends it."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal.partners import READ, served
from tests.support.portal.service import EMPTY, HOSTILE, OFFICE, answers, form_token, listed, portal, signed_in

PATH = "/office/programmes"
WAITING: dict[str, Any] = {
    "partner_id": "fund", "name": "The Fund", "version": 7, "programmes": [READ | {"name": HOSTILE}], "waiting": ["p1"],
}  # fmt: skip
REFUSED = {"programme_id": "p1", "reason": HOSTILE, "refused_on": "2026-11-26"}
SERVED = answers(OFFICE) | {"/partners": listed(WAITING), "/partners/fund/programmes/p1/refuse": WAITING}


async def refused(reason: str, seen: list[httpx.Request], known: dict[str, Any]) -> httpx.Response:
    """The answer to a refusal that is sent twice."""
    async with portal(known, seen) as browser:
        await signed_in(browser)
        data = {"form": form_token(await browser.get(PATH)), "reason": reason}
        await browser.post(f"{PATH}/fund/p1/refuse", data=data)
        return await browser.post(f"{PATH}/fund/p1/refuse", data=data)


async def test_a_programme_is_refused_with_a_reason_and_a_form_sent_twice_refuses_once() -> None:
    seen: list[httpx.Request] = []
    reply = await refused(" Say what\r\na city reports. ", seen, SERVED)
    assert (reply.status_code, reply.headers["location"]) == (303, PATH)
    asked = [each for each in seen if each.url.path.endswith("/refuse")]
    assert json.loads(asked[0].content) == {"reason": "Say what\na city reports."}
    assert len({each.headers["idempotency-key"] for each in asked}) == 1


async def test_without_a_reason_nothing_is_refused() -> None:
    seen: list[httpx.Request] = []
    page = await refused("  ", seen, SERVED)
    assert page.status_code == 422
    assert "Give a reason. The partner sees it" in page.text
    assert not any(each.url.path.endswith("/refuse") for each in seen)


async def test_what_registry_refuses_is_told_beside_the_reason_which_stays() -> None:
    problem = httpx.Response(409, json={"detail": "This programme is endorsed already.", "code": "not-possible"})
    page = await refused(HOSTILE, [], SERVED | {"/partners/fund/programmes/p1/refuse": problem})
    assert page.status_code == 422
    assert "This programme is endorsed already." in page.text
    assert HOSTILE not in page.text
    assert "&lt;script&gt;" in page.text


async def test_the_office_reads_how_many_cities_are_taken_and_what_is_not_said() -> None:
    known = SERVED | {"/partners": listed(WAITING | {"programmes": [READ | {"subjects": [], "supports": []}]})}
    async with portal(known) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH)).text
    assert "<dt>Cities at a time</dt><dd>2</dd>" in page
    for expected in ("names no subject, so no city fits", "not say what it is for", "not say in which form"):
        assert expected in page


@pytest.mark.parametrize("decision", ["endorse", "refuse"])
async def test_what_was_changed_since_the_page_showed_it_is_not_decided_but_shown(decision: str) -> None:
    seen: list[httpx.Request] = []
    newer = listed(WAITING | {"version": 8, "programmes": [READ | {"name": "Read on", "budget": 90_000}]})
    known = SERVED | {f"/partners/fund/programmes/p1/{decision}": 412}
    async with portal(known, seen) as browser:
        await signed_in(browser)
        page = await browser.get(PATH)
        assert page.text.count('name="version" value="7"') == 2
        known["/partners"] = newer
        data = {"form": form_token(page), "version": "7", "reason": "Say what a city reports."}
        page = await browser.post(f"{PATH}/fund/p1/{decision}", data=data)
    (sent,) = [each for each in seen if each.url.path.endswith(f"/{decision}")]
    assert (sent.headers["if-match"], page.status_code) == ('"7"', 409)
    for expected in ("The partner of Read on has changed something", "90,000", 'name="version" value="8"'):
        assert expected in page.text
    assert ("Say what a city reports.</textarea>" in page.text) == (decision == "refuse")


async def test_what_waits_no_more_is_not_decided() -> None:
    known = SERVED | {"/partners/fund/programmes/p1/endorse": 404}
    async with portal(known) as browser:
        await signed_in(browser)
        data = {"form": form_token(await browser.get(PATH)), "version": "7"}
        known["/partners"] = listed()
        page = await browser.post(f"{PATH}/fund/p1/endorse", data=data)
    assert (page.status_code, "This programme has already been decided" in page.text) == (409, True)


@pytest.mark.parametrize("path", ["/me/programmes", "/me/programmes/p1"])
async def test_the_partner_reads_why_and_how_to_hand_it_in_again(path: str) -> None:
    async with portal(served([], refused=[REFUSED])) as browser:
        await signed_in(browser)
        page = await browser.get(path)
    for expected in ("The office wrote on 26 November 2026:", "Change the programme and save it", "does not agree to"):
        assert expected in page.text
    assert HOSTILE not in page.text


async def test_a_refused_programme_awaits_its_partner_first() -> None:
    nothing = dict.fromkeys(("proposals", "partnerships", "interests"), EMPTY)
    known = served([], refused=[REFUSED]) | {f"/members/fund/{name}": each for name, each in nothing.items()}
    async with portal(known | {"/handovers": EMPTY, "/changes/fund": httpx.Response(404)}) as browser:
        await signed_in(browser)
        page = await browser.get("/me")
    assert "The office does not agree to your programme" in page.text
    assert 'href="/me/programmes/p1"' in page.text
    assert HOSTILE not in page.text

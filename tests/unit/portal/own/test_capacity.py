"""How much a member takes on at a time, and its pause, changed on a page: nothing that was typed is lost."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from httpx import codes

from tests.support.portal.service import (
    CITY,
    NOW,
    OFFICE,
    answers,
    city,
    form_token,
    portal,
    signed_in,
)

PARTNER = CITY | {"member_kind": "partner", "member_id": "fund", "member_name": "The Fund"}
TYPED = {"capacity": "3", "sponsorship_capacity": "", "paused_until": "2027-02-01", "version": "7"}


def known(**changes: Any) -> dict[str, Any]:
    return city(**{"version": 7, "capacity": 2, "sponsorship_capacity": 1, "paused_until": None} | changes)


def registry(seen: list[httpx.Request], status: int = 200, body: Any = None, **changes: Any) -> dict[str, Any]:
    """Registry with the city; a change is answered with this status."""

    changed = known() if status == codes.OK else httpx.Response(status, json=body or {})
    return answers(CITY) | {"/cities/espoo": known(**changes), "PATCH /cities/espoo": changed}


async def sent(served: dict[str, Any], seen: list[httpx.Request], **typed: str) -> httpx.Response:
    async with portal(served, seen) as browser:
        await signed_in(browser)
        token = form_token(await browser.get("/me/capacity"))
        return await browser.post("/me/capacity", data=TYPED | typed | {"form": token})


async def test_a_city_says_how_much_it_takes_on_and_until_when_it_pauses() -> None:
    seen: list[httpx.Request] = []
    reply = await sent(registry(seen), seen)
    assert (reply.status_code, reply.headers["location"]) == (303, "/me/capacity?saved=1")
    (change,) = [request for request in seen if request.method == "PATCH"]
    assert json.loads(change.content) == {"capacity": 3, "sponsorship_capacity": None, "paused_until": "2027-02-01"}
    assert change.headers["if-match"] == '"7"'


async def test_the_page_tells_what_stands_and_what_a_pause_does_and_does_not() -> None:
    async with portal(registry([], paused_until="2027-02-01")) as browser:
        await signed_in(browser)
        page = await browser.get("/me/capacity")
        for expected in ("You pause until 1 February 2027.", 'value="2027-02-01"', "nobody is told that you pause"):
            assert expected in page.text
        assert "/me/capacity" in (await browser.get("/me")).text


async def test_a_pause_that_is_over_is_none() -> None:
    async with portal(registry([], paused_until=NOW.date().isoformat())) as browser:
        await signed_in(browser)
        page = await browser.get("/me/capacity")
    assert "You do not pause." in page.text
    assert 'name="paused_until" value=""' in page.text


@pytest.mark.parametrize("day", [NOW.date().isoformat(), str(NOW.date() + timedelta(days=731)), "<soon>"])
async def test_a_day_that_is_none_to_pause_until_is_told_beside_its_field(day: str) -> None:
    seen: list[httpx.Request] = []
    page = await sent(registry(seen), seen, paused_until=day)
    assert page.status_code == 422
    assert 'aria-describedby="paused_until-fault"' in page.text
    assert 'name="capacity" value="3"' in page.text
    assert not [request for request in seen if request.method == "PATCH"]


async def test_a_number_that_registry_refuses_is_told_beside_its_field() -> None:
    problem = {"errors": [{"pointer": "/capacity", "detail": "Give a whole number from 0 to 1000."}]}
    page = await sent(registry([], 422, problem), [], capacity="<many>")
    assert page.status_code == 422
    assert "Give a whole number from 0 to 1000." in page.text
    assert "&lt;many&gt;" in page.text


async def test_a_change_of_somebody_else_is_shown_beside_what_was_typed() -> None:
    page = await sent(registry([], 412, version=8, paused_until="2027-03-01"), [])
    assert page.status_code == 409
    for expected in ("twinnings 2, sponsorships 1.", "You pause until 1 March 2027.", 'value="2027-02-01"'):
        assert expected in page.text
    assert 'name="version" value="8"' in page.text


async def test_what_was_saved_already_and_is_sent_again_is_saved() -> None:
    stands = registry([], 412, version=8, capacity=3, sponsorship_capacity=None, paused_until="2027-02-01")
    reply = await sent(stands, [])
    assert (reply.status_code, reply.headers["location"]) == (303, "/me/capacity?saved=1")


async def test_a_partner_pauses_too_and_says_the_rest_at_its_programmes() -> None:
    seen: list[httpx.Request] = []
    partner = {"partner_id": "fund", "version": 3, "paused_until": None}
    async with portal(answers(PARTNER) | {"/partners/fund": partner}, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/me/capacity")
        assert 'name="capacity"' not in page.text
        await browser.post("/me/capacity", data=TYPED | {"form": form_token(page), "version": "3"})
    assert json.loads(seen[-1].content) == {"paused_until": "2027-02-01"}


@pytest.mark.parametrize(
    ("accounts", "leads_to"), [([], "/sign-in"), ([OFFICE], "/me"), ([CITY | {"role": "approver"}], "/me")]
)
async def test_who_speaks_for_no_member_is_sent_on(accounts: list[dict[str, Any]], leads_to: str) -> None:
    async with portal(answers(*accounts) if accounts else {}) as browser:
        if accounts:
            await signed_in(browser)
        assert (await browser.get("/me/capacity")).headers["location"].partition("?")[0] == leads_to

"""A city sees what it asks the office for of its requests, why the office has not agreed, and takes it back."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal import CITY, HOSTILE, answers, city, form_token, listed, portal, signed_in

NEW: dict[str, Any] = {
    "member_id": "r1", "member_kind": "request", "version": 1, "status": "pending", "asked_at": "2026-11-20T09:00:00Z",
    "decided_at": None, "reason": None, "before": {"city_id": "espoo"}, "warnings": [],
    "wanted": {
        "title": HOSTILE, "description": "For all.", "amount_min": 1000, "amount_max": 5000, "currency": "EUR",
        "starts": "2027-01-01", "ends": None, "beneficiaries": None, "payee": None, "subjects": ["sdg.4"],
        "illustrative": False,
    },
}  # fmt: skip
STANDS = NEW["wanted"] | {"title": "Books"}
CHANGED = NEW | {"before": {"city_id": "espoo"} | STANDS, "wanted": {"title": "Boats", "payee": "Trust"}}
REFUSED = NEW | {"member_id": "r2", "status": "refused", "reason": "Say who buys."}


async def test_what_waits_and_why_something_was_refused_is_shown() -> None:
    async with portal(answers(CITY) | {"/changes": listed(NEW, REFUSED, NEW | {"status": "approved"})}) as browser:
        await signed_in(browser)
        page = await browser.get("/me/requests")
    assert page.status_code == 200
    assert [page.text.count(each) for each in ("waits for the office", "Say who buys.", HOSTILE)] == [1, 1, 0]
    assert [each in page.text for each in ("5,000", "Nothing yet", "1 January 2027")] == [True, True, True]
    assert page.text.count("Take it back") == 1


async def test_without_such_a_thing_the_profile_says_nothing_of_it() -> None:
    for found, shown in ((listed(), False), (listed(CHANGED), True)):
        async with portal(answers(CITY) | {"/cities/espoo": city(), "/changes": found}) as browser:
            await signed_in(browser)
            page = await browser.get("/me/profile")
        assert ("/me/requests" in page.text) == shown, page.status_code


@pytest.mark.parametrize("asked", [NEW, CHANGED])
async def test_what_waits_is_taken_back(asked: Any) -> None:
    seen: list[httpx.Request] = []
    paths = {"/changes": listed(asked), "/changes/r1": asked, "/requests/r1/close": {}}
    paths["/requests/r1"] = STANDS | {"request_id": "r1", "version": 3, "status": "published"}
    async with portal(answers(CITY) | paths, seen) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/me/requests")), "request_id": "r1"}
        done = await browser.post("/me/requests", data=form)
    assert done.status_code in (200, 303)
    (sent,) = [each for each in seen if each.method in ("POST", "PATCH") and "/requests/" in each.url.path]
    if asked is NEW:
        assert sent.url.path.endswith("/requests/r1/close")
    else:
        assert (sent.headers["if-match"], json.loads(sent.content)) == ('"3"', {"title": "Books", "payee": None})


async def test_what_cannot_be_taken_back_is_told() -> None:
    paths: dict[str, Any] = {"/changes": listed(NEW), "/changes/r1": NEW}
    paths["/requests/r1/close"] = lambda _: httpx.Response(409, json={"detail": "Not now."})
    async with portal(answers(CITY) | paths) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/me/requests")), "request_id": "r1"}
        page = await browser.post("/me/requests", data=form)
    assert (page.status_code, "Not now." in page.text) == (409, True)

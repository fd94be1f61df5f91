"""Staff searches for members, people, applications, requests, programmes and mails by one field in the header."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal.office import application, partner
from tests.support.portal.service import CITY, HOSTILE, STAFF, answers, city, form_token, listed, portal, signed_in

PAGE = "/office/search"
ADDRESS = "ana@city.example"
ANA = {
    "contact_id": "c1", "version": 1, "member_kind": "city", "member_id": "espoo", "role": "coordinator",
    "confirmed": True, "language": "en", "name": HOSTILE, "email": ADDRESS,
}  # fmt: skip
MAIL = {
    "mail_id": "m1", "proposal_id": None, "side": None, "purpose": "reminder", "contact_id": "c1", "state": "bounced",
    "version": 4, "attempts": 1, "reason": None, "created_at": "2026-11-12T09:00:00Z", "why": None,
    "updated_at": "2026-11-12T09:00:00Z", "due_at": "2026-11-12T09:00:00Z", "link_voided_at": None,
}  # fmt: skip
REQUEST = {
    "request_id": "r1", "version": 1, "status": "published", "city_id": "espoo", "title": HOSTILE, "amount_min": 1,
    "amount_max": 2, "currency": "EUR", "language": "en",
}  # fmt: skip
FINDS_ALL = {
    "/cities": listed(city()),
    "/partners": listed(partner()),
    "/applications": listed(application(1)),
    "/requests": listed(REQUEST),
    "/contacts/find": listed(ANA),
    "/mails": listed(MAIL),
}
FINDS_NOTHING: dict[str, Any] = dict.fromkeys(FINDS_ALL, listed())


async def found(text: str, served: dict[str, Any], seen: list[httpx.Request] | None = None) -> str:
    async with portal(answers(STAFF) | served, seen if seen is not None else []) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office"))}
        page = await browser.post(PAGE, data=form | {"text": text})
    assert page.status_code == 200
    return page.text


async def test_the_header_of_the_office_has_one_field_for_staff() -> None:
    async with portal(answers(STAFF) | FINDS_NOTHING) as browser:
        await signed_in(browser)
        assert 'class="find" action="/office/search" method="post"' in (await browser.get("/office")).text
        assert "Nothing was found" not in (await browser.get(PAGE)).text


async def test_what_is_found_stands_in_groups_with_links() -> None:
    page = await found("a", FINDS_ALL)
    for link in (
        "/office/members/cities/espoo",
        "/office/members/cities/espoo#contacts",
        "/office/members/cities/espoo#mails",
        "/office/members/partners/p1",
        "/office/applications/a1",
        "/requests/r1",
    ):
        assert f'href="{link}"' in page
    assert "came back" in page
    assert page.count('<a href="/office/members/cities/espoo">') == 1, "found by name and by id"
    assert HOSTILE not in page


async def test_one_sentence_says_that_nothing_was_found() -> None:
    page = await found("zzz", FINDS_NOTHING)
    assert "Nothing was found." in page
    assert page.count("<h2>") == 0


async def test_a_service_that_is_away_is_not_taken_for_nothing() -> None:
    page = await found("zzz", FINDS_NOTHING | {"/applications": 503})
    assert ("Something may be missing" in page, "Nothing was found" in page) == (True, False)


@pytest.mark.parametrize("text", [ADDRESS, f" {ADDRESS.upper()} "])
async def test_an_e_mail_address_stands_in_no_address(text: str) -> None:
    seen: list[httpx.Request] = []
    page = await found(text, FINDS_ALL, seen)
    assert all("@" not in str(each.url) and "%40" not in str(each.url) for each in seen)
    assert json.loads(next(each for each in seen if each.url.path.endswith("/find")).content) == {"text": text.strip()}
    assert "/office/members/cities/espoo#mails" in page


async def test_a_mail_is_found_by_its_id() -> None:
    page = await found("m1", FINDS_NOTHING | {"/mails/m1": MAIL | {"member_id": "espoo"}, "/cities": listed(city())})
    assert "came back" in page


@pytest.mark.parametrize("accounts", [[], [CITY]])
async def test_others_are_sent_elsewhere(accounts: list[dict[str, Any]]) -> None:
    async with portal(answers(*accounts)) as browser:
        if accounts:
            await signed_in(browser)
        assert (await browser.get(PAGE)).status_code == 303

"""Somebody who is named as a contact confirms the address on a page; a member and staff have the mail sent again."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal.service import CITY, STAFF, answers, form_token, listed, portal, signed_in

LINK = "/contact/s-e-c-r-e-t"
NAMED = {"name": "Bo", "member_kind": "city", "member_name": "<Espoo>", "role": "deputy"}
WAITING: dict[str, Any] = {
    "contact_id": "c1",
    "member_kind": "city",
    "member_id": "espoo",
    "role": "deputy",
    "name": "<Bo>",
    "email": "bo@city.org",
    "language": "en",
    "version": 1,
    "confirmed": False,
}


async def test_the_link_changes_nothing_and_the_button_confirms() -> None:
    seen: list[httpx.Request] = []
    served = {"/contact-confirmations/look": lambda _: httpx.Response(200, json=NAMED)}
    served |= {"/contact-confirmations": lambda _: httpx.Response(200, json=NAMED)}
    async with portal(served, seen) as browser:
        page = await browser.get(LINK)
        assert page.status_code == 200
        assert "Are you a contact of &lt;Espoo&gt;?" in page.text
        assert [each.url.path for each in seen] == ["/registry/v1/contact-confirmations/look"]
        done = await browser.post(LINK, data={"form": form_token(page)})
    assert (done.status_code, "You are a contact of &lt;Espoo&gt;." in done.text) == (200, True)
    assert seen[-1].url.path == "/registry/v1/contact-confirmations"
    assert json.loads(seen[-1].content) == {"secret": "s-e-c-r-e-t"}


async def test_a_link_that_was_used_says_what_to_do() -> None:
    async with portal({"/contact-confirmations/look": 410}) as browser:
        page = await browser.get(LINK)
    assert (page.status_code, "no longer works" in page.text) == (410, True)


async def test_a_member_reads_who_is_not_confirmed_and_has_the_mail_sent_again() -> None:
    seen: list[httpx.Request] = []
    served = answers(CITY) | {"/contacts": listed(WAITING), "/contact-changes": listed()}
    served["/contacts/c1/ask-again"] = {}
    async with portal(served, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/me/contacts")
        assert "Not confirmed yet" in page.text
        reply = await browser.post("/me/contacts/c1/ask-again", data={"form": form_token(page)})
        assert (reply.status_code, reply.headers["location"]) == (303, "/me/contacts?asked=c1")
        told = (await browser.get(reply.headers["location"])).text
    assert "We are sending the mail again" in told
    assert [each.url.path for each in seen if each.method == "POST"][-1] == "/registry/v1/contacts/c1/ask-again"


@pytest.mark.parametrize("status", [409, 429])
async def test_what_keeps_the_mail_from_being_sent_is_told(status: int) -> None:
    served = answers(CITY) | {"/contacts": listed(WAITING), "/contact-changes": listed()}
    detail = "The mail was sent again three times today. Try again tomorrow."
    served["/contacts/c1/ask-again"] = lambda _: httpx.Response(status, json={"detail": detail})
    async with portal(served) as browser:
        await signed_in(browser)
        page = await browser.get("/me/contacts")
        page = await browser.post("/me/contacts/c1/ask-again", data={"form": form_token(page)})
    assert page.status_code in (422, 429)


async def test_staff_finds_members_of_whom_no_contact_has_confirmed() -> None:
    seen: list[httpx.Request] = []
    async with portal(answers(STAFF) | {"/cities": listed(), "/partners": listed()}, seen) as browser:
        await signed_in(browser)
        assert (await browser.get("/office/members", params={"list": "unconfirmed"})).status_code == 200
    assert any("without_confirmed_contact=true" in str(each.url.query) for each in seen)

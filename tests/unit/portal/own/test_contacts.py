"""Who answers for a member: listed, added, erased after a question."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest

from tests.support.portal.service import CITY, NOW, OFFICE, answers, form_token, portal, receipt, signed_in

ANA = {"contact_id": "contact-1", "name": "Ana <b>", "email": "ana@city.example", "role": "coordinator"}
BEN = {"contact_id": "contact-2", "name": "Ben", "email": "ben@city.example", "role": "approver"}
NEW = {"name": "Cy", "email": "cy@city.example", "role": "deputy", "language": "en"}


def served(**more: Any) -> dict[str, Any]:
    return answers(CITY) | {"/contacts": {"items": [ANA, BEN]}, "POST /contacts": {}} | more


async def test_contacts_are_listed_and_one_is_added() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(), seen) as browser:
        await signed_in(browser)
        page = await browser.get("/me/contacts")
        assert "Ana &lt;b&gt;" in page.text
        assert "ben@city.example" in page.text
        reply = await browser.post("/me/contacts", data={"form": form_token(page), **NEW})
    assert (reply.status_code, reply.headers["location"]) == (303, "/me/contacts")
    (sent,) = [request for request in seen if request.method == "POST" and request.url.path.endswith("/contacts")]
    assert json.loads(sent.content) == {"member_kind": "city", "member_id": "espoo", **NEW}


async def test_who_was_added_is_named_with_what_goes_to_its_address() -> None:
    added = {"contact_id": "contact-3", "confirmed": False}
    contacts = {"/contacts": {"items": [ANA, BEN, NEW | added]}, "POST /contacts": added}
    async with portal(served(**contacts)) as browser:
        await signed_in(browser)
        page = await browser.get("/me/contacts")
        assert '<option value="approver"' in page.text
        assert '<option value="programme-officer"' not in page.text, "a city has no programmes"
        reply = await browser.post("/me/contacts", data={"form": form_token(page), **NEW})
        page = await browser.get(reply.headers["location"])
    assert "Cy is added. We have mailed a link to cy@city.example." in page.text


async def test_an_approver_is_offered_no_form_that_is_refused() -> None:
    account = CITY | {"role": "approver", "account_id": "contact-2"}
    async with portal(served() | answers(account) | {"/contacts": {"items": [ANA, BEN]}}) as browser:
        await signed_in(browser)
        page = (await browser.get("/me/contacts")).text
    assert "ben@city.example" in page
    assert 'action="/me/contacts' not in page
    assert "/me/contacts/contact-1/erase" not in page
    assert "/me/contacts/contact-2/erase" in page, "its own entry it erases itself"


async def test_a_wrong_address_is_told_beside_its_field() -> None:
    problem = {"errors": [{"pointer": "/email", "detail": "Give one e-mail address."}]}
    async with portal(served(**{"POST /contacts": httpx.Response(422, json=problem)})) as browser:
        await signed_in(browser)
        page = await browser.get("/me/contacts")
        page = await browser.post("/me/contacts", data={"form": form_token(page), **NEW, "email": "<cy>"})
    assert page.status_code == 422
    assert 'id="email-fault">Give one e-mail address.' in page.text
    assert 'value="&lt;cy&gt;"' in page.text


async def test_what_was_typed_is_kept_while_registry_is_away() -> None:
    is_away, sent = True, []

    def registry(request: httpx.Request) -> Any:
        sent.append(json.loads(request.content))
        return 503 if is_away else {}

    async with portal(served(**{"POST /contacts": registry})) as browser:
        await signed_in(browser)
        page = await browser.get("/me/contacts")
        page = await browser.post("/me/contacts", data={"form": form_token(page), **NEW, "name": 'Cy "<b>"'})
        assert (page.status_code, page.headers["cache-control"]) == (503, "no-store")
        assert "Send again" in page.text
        is_away = False
        kept = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
        reply = await browser.post("/me/contacts", data={name: unescape(value) for name, value in kept.items()})
    assert reply.status_code == 303
    assert sent[0] == sent[1]
    assert sent[1]["name"] == 'Cy "<b>"'


async def test_a_form_is_kept_while_the_session_cannot_be_renewed() -> None:
    later = [NOW]
    refreshed = [httpx.Response(503, json={})]
    served_now = served(**{"/sessions/refresh": lambda _: refreshed[-1]})
    async with portal(served_now, now=lambda: later[0]) as browser:
        await signed_in(browser)
        page = await browser.get("/me/contacts")
        later[0] += timedelta(minutes=20)
        page = await browser.post("/me/contacts", data={"form": form_token(page), **NEW})
        assert (page.status_code, NEW["name"] in page.text) == (503, True)
        foreign = {"Sec-Fetch-Site": "cross-site"}
        refused = await browser.post("/me/contacts", data=NEW, headers=foreign)
        assert (refused.status_code, NEW["name"] in refused.text) == (403, False)
        refreshed.append(httpx.Response(200, json=receipt(CITY, number=2)))
        reply = await browser.post("/me/contacts", data={"form": form_token(page), **NEW})
    assert (reply.status_code, reply.headers["location"]) == (303, "/me/contacts")


@pytest.mark.parametrize(("contact_id", "leads_to"), [("contact-1", "/"), ("contact-2", "/me/contacts")])
async def test_erasing_asks_first(contact_id: str, leads_to: str) -> None:
    seen: list[httpx.Request] = []
    known = {"contact-1": ANA, "contact-2": BEN}[contact_id] | {"member_id": "espoo"}
    path = f"/contacts/{contact_id}"
    async with portal(served(**{path: known, f"DELETE {path}": {}}), seen) as browser:
        await signed_in(browser)
        page = await browser.get(f"/me{path}/erase")
        assert "This cannot be undone." in page.text
        assert ("This is you" in page.text) == (contact_id == "contact-1")
        assert not [request for request in seen if request.method == "DELETE"]
        reply = await browser.post(f"/me{path}/erase", data={"form": form_token(page)})
    assert (reply.status_code, reply.headers["location"]) == (303, leads_to)
    assert [request.url.path for request in seen if request.method == "DELETE"] == [f"/registry/v1{path}"]


async def test_nobody_else_has_contacts_here() -> None:
    foreign = BEN | {"member_id": "fez"}
    async with portal(served(**{"/contacts/contact-2": foreign})) as browser:
        assert (await browser.get("/me/contacts")).headers["location"] == "/sign-in?back=%2Fme%2Fcontacts"
        await signed_in(browser)
        assert (await browser.get("/me/contacts/contact-2/erase")).status_code == 404
    async with portal(answers(OFFICE)) as browser:
        await signed_in(browser)
        for path in ("/me/contacts", "/me/contacts/contact-2/erase"):
            assert (await browser.get(path)).headers["location"] == "/me"

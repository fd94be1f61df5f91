"""What was typed into a form whose session has ended is kept, and shown to the same account once it has signed in."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from isopolity.portal.adapters.encryption import mark_of
from isopolity.portal.domain.steps.order import STEPS
from isopolity.portal.entrypoints.http.app import PAGES
from isopolity.portal.entrypoints.http.pages import OWN_PAGE
from tests.support.portal.service import (
    CITY,
    FakeSessions,
    answers,
    city,
    form_token,
    listed,
    portal,
    portal_app,
    receipt,
    signed_in,
)

TYPED = {"name": "Bo Typed", "email": "bo@city.example", "role": "approver", "language": "en"}
BO = CITY | {"account_id": "contact-2", "name": "Bo"}
PROPOSAL = {
    "proposal_id": "p1",
    "kind": "twinning",
    "answer_by": "2026-12-18T23:59:59Z",
    "stage": "open",
    "other": {"member_kind": "city", "member_id": "aarhus", "name": "Aarhus", "country": "DK", "programme_name": None}
    | {"request_id": None, "request_title": None, "illustrative": False, "about": None},
    "own": {"name": "Espoo", "answer": None, "reasons": [], "illustrative": False},
}
ANSWER = {"answer": None, "takes_answers": True, "answer_by": "2026-12-20T00:00:00Z", "pending_until": None}
FORMS: Mapping[str, tuple[str, dict[str, str], str]] = {
    "contacts": ("/me/contacts", TYPED, 'value="Bo Typed"'),
    "handover": ("/me/handover", {"name": "Cy Typed", "email": "cy@", "predecessor_becomes": "gone"}, "Cy Typed"),
    "capacity": ("/me/capacity", {"capacity": "77", "paused_until": "", "version": "1"}, 'value="77"'),
    "who": ("/me/profile/who", {"name": "Espoo", "about": "Typed words.", "version": "1.0"}, "Typed words."),
    "ask": ("/me/ask", {"city": "aarhus", "openly": "1", "key": "k"}, "checked"),
    "answer": ("/proposals/p1", {"choice": "later", "reason": "Typed reason"}, "Typed reason"),
}
"""By name: a page, what is typed there, and how the page shows it."""


def served(*accounts: dict[str, Any]) -> dict[str, Any]:
    return answers(*(accounts or (CITY,))) | {
        "/contacts": listed(),
        "POST /contacts": {},
        "/handovers": listed(),
        "/cities/espoo": city(sponsorship_capacity=1, paused_until=None),
        "/cities/aarhus": city(city_id="aarhus", name="Aarhus"),
        "/proposals/p1": PROPOSAL,
        "/proposals/p1/answer": ANSWER,
    }


class Tabs:
    """A browser whose session registry can end while a page is open."""

    def __init__(self) -> None:
        self.sessions = FakeSessions()
        self.services = served()

    def open(self) -> httpx.AsyncClient:
        return portal(self.services, sessions=self.sessions)

    def end_session(self) -> None:
        self.sessions.kept.clear()


async def sent_after_the_end(tabs: Tabs, browser: httpx.AsyncClient, path: str, typed: dict[str, str]) -> str:
    """Type it, lose the session, send it; where the page that says so leads back to."""
    await signed_in(browser)
    form = {"form": form_token(await browser.get("/me/contacts"))}
    tabs.end_session()
    page = await browser.post(path, data=typed | form)
    assert (page.status_code, "You have been signed out" in page.text) == (401, True)
    assert "kept for 1 day" in page.text
    address = page.text.partition('class="button" href="')[2].partition('"')[0]
    return parse_qs(urlsplit(address).query)["back"][0]


@pytest.mark.parametrize("name", FORMS)
async def test_every_form_is_as_it_was_typed_after_signing_in_again_by_the_link(name: str) -> None:
    path, typed, shown = FORMS[name]
    tabs = Tabs()
    async with tabs.open() as browser:
        back = await sent_after_the_end(tabs, browser, path, typed)
        assert (await browser.get("/sign-in")).status_code == 200, "other pages leave the cookie where it is"
        reply = await browser.post("/sign-in/secret")
        assert (reply.status_code, reply.headers["location"], back) == (303, f"{path}?typed=1", f"{path}?typed=1")
        page = await browser.get(back)
        assert (page.status_code, "before you were signed out" in page.text) == (200, True)
        assert shown in page.text


async def test_who_goes_on_with_the_code_comes_back_to_the_form_and_sends_it() -> None:
    tabs = Tabs()
    async with tabs.open() as browser:
        back = await sent_after_the_end(tabs, browser, "/me/contacts", TYPED)
        page = await browser.get("/sign-in", params={"back": back})
        form = {"back": back, "sign_in_id": "i1", "code": "012345", "form": form_token(page)}
        assert (await browser.post("/sign-in/code", data=form)).headers["location"] == back
        page = await browser.get(back)
        assert (await browser.get("/me/contacts")).text.count("Bo Typed") == 0, "only its own address shows it"
        sent = await browser.post("/me/contacts", data=TYPED | {"form": form_token(page)})
        assert sent.headers["location"] == "/me/contacts"
        assert "Bo Typed" not in (await browser.get(back)).text, "what was sent is forgotten"


async def test_nobody_else_who_signs_in_in_that_browser_sees_what_was_typed() -> None:
    tabs = Tabs()
    async with tabs.open() as browser:
        back = await sent_after_the_end(tabs, browser, "/me/contacts", TYPED)
        tabs.services |= served(BO)
        assert (await browser.post("/sign-in/secret")).headers["location"] == "/me"
        page = await browser.get(back)
        assert (page.status_code, "Bo Typed" in page.text, "signed out" in page.text) == (200, False, False)
        tabs.end_session()
        tabs.services |= served(CITY)
        assert (await browser.post("/sign-in/secret")).headers["location"] == "/me", "it is gone for good"


async def test_nobody_sees_it_in_another_browser() -> None:
    tabs = Tabs()
    async with tabs.open() as browser:
        back = await sent_after_the_end(tabs, browser, "/me/contacts", TYPED)
    async with tabs.open() as other:
        await signed_in(other)
        assert "Bo Typed" not in (await other.get(back)).text


async def test_who_acts_for_several_finds_the_form_with_the_account_that_typed_it() -> None:
    tabs = Tabs()
    async with tabs.open() as browser:
        await sent_after_the_end(tabs, browser, "/me/contacts", TYPED)
        chosen = receipt(CITY, BO) | {"account_id": "contact-1", "access_token": "a", "access_expires_at": None}
        tabs.services |= served(CITY, BO) | {"/sessions/refresh": chosen}
        assert (await browser.post("/sign-in/secret")).headers["location"] == "/accounts"
        form = {"form": form_token(await browser.get("/accounts")), "account_id": "contact-1"}
        assert (await browser.post("/accounts", data=form)).headers["location"] == "/me/contacts?typed=1"


async def test_a_page_that_was_open_before_signing_in_anew_in_another_tab_is_shown_as_typed() -> None:
    tabs = Tabs()
    async with tabs.open() as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/me/contacts"))}
        tabs.end_session()
        await signed_in(browser)
        reply = await browser.post("/me/contacts", data=TYPED | form)
        assert (reply.status_code, reply.headers["location"]) == (303, "/me/contacts?typed=1")
        assert 'value="Bo Typed"' in (await browser.get("/me/contacts?typed=1")).text
        page = await browser.get("/sign-in", params={"back": "/me/contacts?typed=1"})
        assert page.headers["location"] == "/me/contacts?typed=1"


async def test_a_page_that_was_open_before_its_account_was_chosen_anew_is_shown_as_typed() -> None:
    tabs = Tabs()
    chosen = receipt(CITY, BO) | {"account_id": "contact-1", "access_token": "a", "access_expires_at": None}
    tabs.services |= served(CITY, BO) | {"/sign-ins/exchange": chosen, "/sessions/refresh": chosen}
    async with tabs.open() as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/me/contacts"))}
        choice = {"form": form_token(await browser.get("/accounts")), "account_id": "contact-1"}
        assert (await browser.post("/accounts", data=choice)).headers["location"] == "/me"
        reply = await browser.post("/me/contacts", data=TYPED | form)
        assert (reply.status_code, reply.headers["location"]) == (303, "/me/contacts?typed=1")
        assert 'value="Bo Typed"' in (await browser.get("/me/contacts?typed=1")).text


async def test_what_was_kept_goes_with_the_session_to_its_new_cookie() -> None:
    tabs = Tabs()
    chosen = receipt(CITY, BO) | {"account_id": "contact-1", "access_token": "a", "access_expires_at": None}
    tabs.services |= served(CITY, BO) | {"/sign-ins/exchange": chosen, "/sessions/refresh": chosen}
    async with tabs.open() as browser:
        back = await sent_after_the_end(tabs, browser, "/me/contacts", TYPED)
        await signed_in(browser)
        choice = {"form": form_token(await browser.get("/accounts")), "account_id": "contact-1"}
        assert (await browser.post("/accounts", data=choice)).headers["location"] == back
        assert 'value="Bo Typed"' in (await browser.get(back)).text


@pytest.mark.parametrize("cookie", [None, "made-up", "x" * 43])
async def test_a_stranger_stores_nothing(cookie: str | None) -> None:
    token = "0" * 64 + "0" * 16 + mark_of("contact-1")
    headers = {} if cookie is None else {"Cookie": f"isopolity_session={cookie}"}
    app = portal_app(served())
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://portal") as browser:
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        for path, typed, _ in FORMS.values():
            page = await browser.post(path, data={**typed, "form": token, "more": "x" * 90_000}, headers=headers)
            assert (page.status_code, "You have been signed out" in page.text) == (401, True)
            assert "kept for 1 day" not in page.text
    assert app.state.surroundings.kept_forms.kept == {}


async def test_a_form_that_was_opened_for_one_account_acts_for_no_other() -> None:
    tabs, seen = Tabs(), list[httpx.Request]()
    tabs.services |= served(CITY, BO)
    started = receipt(CITY, BO) | {"account_id": "contact-1", "access_token": "a", "access_expires_at": None}
    tabs.services["/sign-ins/exchange"] = started
    tabs.services["/sessions/refresh"] = started | {"account_id": "contact-2"}
    async with portal(tabs.services, seen, sessions=tabs.sessions) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/me/contacts"))}
        choice = {"form": form_token(await browser.get("/accounts")), "account_id": "contact-2"}
        assert (await browser.post("/accounts", data=choice)).headers["location"] == "/me"
        assert (await browser.post("/me/contacts", data=TYPED | form)).status_code == 403
    assert not [each for each in seen if each.method == "POST" and each.url.path.endswith("/contacts")]


@pytest.mark.parametrize("token", ["", "0" * 64, "0" * 112, "f" * 300, "ü" * 112])
async def test_a_token_of_somebodys_making_brings_no_page(token: str) -> None:
    async with portal(served()) as browser:
        page = await browser.post("/me/contacts", data=TYPED | {"form": token})
        assert page.status_code in (303, 401)
        assert "Bo Typed" not in page.text
        await signed_in(browser)
        assert "Bo Typed" not in (await browser.get("/me/contacts?typed=1")).text


async def test_signing_out_forgets_what_was_kept() -> None:
    tabs = Tabs()
    async with tabs.open() as browser:
        back = await sent_after_the_end(tabs, browser, "/me/contacts", TYPED)
        await signed_in(browser)
        await browser.post("/sign-out", data={"form": form_token(await browser.get(back))})
        assert (await browser.post("/sign-in/secret")).headers["location"] == "/me"


@pytest.mark.parametrize("status", [429, 503])
async def test_what_was_typed_stays_on_the_page_that_asks_to_wait(status: int) -> None:
    refused = httpx.Response(status, json={"detail": "Try again in 7 seconds."})
    tabs = Tabs()
    async with tabs.open() as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/me/contacts"))}
        for path, typed, _ in FORMS.values():
            tabs.services = {**served(), **dict.fromkeys(served(), refused)}
            async with portal(tabs.services, sessions=tabs.sessions) as again:
                again.cookies = browser.cookies
                page = await again.post(path, data=typed | form)
            assert page.status_code == status
            for name, value in {**typed, **form}.items():
                assert f'<input type="hidden" name="{name}" value="{value}">' in page.text


def test_each_page_of_members_with_a_form_is_one_that_signing_in_leads_back_to() -> None:
    with_forms = {route.path for route in PAGES if {"GET", "POST"} <= (route.methods or set())}
    ids = defaultdict(lambda: "x1", proposal_id="p1", contact_id="c1", topic="isopolity.matching.proposal")
    own = {path.format_map(ids) for path in with_forms if path.startswith(("/me", "/prop", "/office", "/operations"))}
    assert {path for path, *_ in FORMS.values()} | {f"/me/profile/{name}" for name in STEPS["city"]} <= own
    assert [path for path in sorted(own) if not OWN_PAGE.fullmatch(path)] == []


@pytest.mark.parametrize("path", ["//evil.example", "/me/../accounts", "/me/.", "/operations/", "/accounts", "/me/a.."])
def test_signing_in_leads_nowhere_else(path: str) -> None:
    assert OWN_PAGE.fullmatch(path) is None

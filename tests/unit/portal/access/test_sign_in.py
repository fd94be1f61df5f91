"""Signing in at the portal: links, codes, accounts, forms of strangers, and sessions that go on and end."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest

from tests.support.portal.service import (
    CITY,
    NOW,
    OFFICE,
    FakeSessions,
    answers,
    form_token,
    listed,
    portal,
    receipt,
    signed_in,
)

COOKIE = "isopolity_session"


async def test_whoever_asks_gets_the_same_answer() -> None:
    seen: list[httpx.Request] = []
    async with portal(answers(CITY), seen) as browser:
        page = await browser.post("/sign-in", data={"email": " ana@city.example "})
    assert json.loads(seen[0].content)["email"] == "ana@city.example"
    assert "If the address is known here" in page.text
    assert 'name="sign_in_id" value="i1"' in page.text
    assert not page.cookies


async def test_an_address_that_is_none_is_told_beside_its_field() -> None:
    def refused(_request: httpx.Request) -> int:
        return 422

    async with portal({"/sign-ins": refused}) as browser:
        page = await browser.post("/sign-in", data={"email": "<no>"})
    assert page.status_code == 422
    assert 'value="&lt;no&gt;"' in page.text
    assert 'aria-invalid="true"' in page.text


async def test_a_link_that_is_followed_changes_nothing_until_its_button_is_pressed() -> None:
    seen: list[httpx.Request] = []
    async with portal(answers(CITY), seen) as browser:
        page = await browser.get("/sign-in/secret")
        assert (page.status_code, seen, not page.cookies) == (200, [], True)
        reply = await browser.post("/sign-in/secret")
        assert (reply.status_code, reply.headers["location"]) == (303, "/me")
        mine = await browser.get("/me")
    assert json.loads(seen[0].content)["secret"] == "secret"
    assert seen[-1].headers["authorization"] == "Bearer access-1"
    assert "You have no tasks." in mine.text
    assert "Espoo · " in mine.text
    assert mine.headers["cache-control"] == "no-store"


async def test_a_code_counts_with_the_sign_in_that_it_was_asked_with() -> None:
    seen: list[httpx.Request] = []
    async with portal(answers(CITY), seen) as browser:
        reply = await browser.post("/sign-in/code", data={"sign_in_id": "i1", "code": " 012 345 "})
    assert reply.status_code == 303
    sent = json.loads(seen[0].content)
    assert {name: sent[name] for name in ("sign_in_id", "code")} == {"sign_in_id": "i1", "code": "012345"}


@pytest.mark.parametrize("path", ["/sign-in/secret", "/sign-in/code"])
async def test_what_does_not_let_in_says_what_to_do(path: str) -> None:
    async with portal({"/sign-ins/exchange": 410}) as browser:
        page = await browser.post(path, data={"sign_in_id": "i1", "code": "000000"})
    assert page.status_code in (410, 422)
    assert 'href="/sign-in"' in page.text
    assert not page.cookies


@pytest.mark.parametrize("is_secure", [False, True])
async def test_the_cookie_is_for_this_host_and_no_script(is_secure: bool) -> None:
    async with portal(answers(CITY), is_secure=is_secure) as browser:
        cookie = (await browser.post("/sign-in/secret")).headers["set-cookie"]
    assert cookie.startswith("__Host-isopolity=" if is_secure else "isopolity_session=")
    assert ("; Secure" in cookie) == is_secure
    assert all(part in cookie for part in ("HttpOnly", "SameSite=lax", "Path=/"))
    assert "Domain" not in cookie


@pytest.mark.parametrize("is_secure", [False, True])
async def test_a_browser_that_signed_in_is_known_again_by_a_cookie_that_stays(is_secure: bool) -> None:
    seen: list[httpx.Request] = []
    ended = {"/sessions": listed(), "/sessions/end-others": httpx.Response(204)}
    async with portal(answers(CITY) | ended, seen, is_secure=is_secure) as browser:
        reply = await browser.post("/sign-in/secret")
        name = "__Host-isopolity-browser" if is_secure else "isopolity_browser"
        cookie = next(one for one in reply.headers.get_list("set-cookie") if one.startswith(f"{name}="))
        assert all(part in cookie for part in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=34560000"))
        assert ("; Secure" in cookie) == is_secure
        secret = cookie.partition(";")[0].partition("=")[2]
        browser.cookies.set(name, secret)
        form = form_token(await browser.get("/me"))
        await browser.post("/sessions", data={"form": form, "others": "1"})
        await browser.post("/sign-out", data={"form": form})
        await browser.post("/sign-in", data={"email": "ana@city.example"})
        await browser.post("/sign-in/code", data={"sign_in_id": "i1", "code": "012345"})
    named = [json.loads(one.content)["browser"] for one in seen if one.method == "POST"]
    assert named == [secret] * 4
    assert len(secret) == 43


async def test_a_made_up_cookie_of_a_browser_is_not_sent_on() -> None:
    seen: list[httpx.Request] = []
    async with portal(answers(CITY), seen) as browser:
        browser.cookies.set("isopolity_browser", "x" * 300)
        await browser.post("/sign-in", data={"email": "ana@city.example"})
    assert len(json.loads(seen[0].content)["browser"]) == 43


async def test_who_asks_too_often_reads_what_to_do() -> None:
    told = {"detail": "Open the link of a mail that has come, or ask again in an hour.", "code": "limit-reached"}
    async with portal({"/sign-ins": lambda _: httpx.Response(429, json=told)}) as browser:
        page = await browser.post("/sign-in", data={"email": "ana@city.example"})
    assert page.status_code == 429
    assert told["detail"] in page.text
    assert 'value="ana@city.example"' in page.text


async def test_a_code_that_does_not_count_sends_to_the_link() -> None:
    async with portal({"/sign-ins/exchange": 410}) as browser:
        page = await browser.post("/sign-in/code", data={"sign_in_id": "i1", "code": "000000"})
    assert "open the link in the mail." in page.text


INVITED = "/me/requests/new?subject=sdg.4,sdg.13&currency=EUR&programme=p1/g1"


async def test_a_mailed_link_opens_after_signing_in_by_the_link_of_another_mail() -> None:
    async with portal(answers(CITY)) as browser:
        asked = await browser.get(INVITED)
        assert asked.headers["location"] == f"/sign-in?{urlencode({'back': INVITED})}"
        await browser.get(asked.headers["location"])
        reply = await browser.post("/sign-in/secret")
        assert reply.headers["location"] == INVITED
        assert "isopolity_back" not in browser.cookies, "once"


async def test_a_mailed_link_opens_once_it_is_said_for_whom_one_acts() -> None:
    chosen = receipt(CITY, number=2) | {"accounts": [CITY, OFFICE]}
    async with portal(answers(CITY, OFFICE) | {"/sessions/refresh": chosen}) as browser:
        await browser.get((await browser.get(INVITED)).headers["location"])
        assert (await browser.post("/sign-in/secret")).headers["location"] == "/accounts"
        form = form_token(await browser.get("/accounts"))
        reply = await browser.post("/accounts", data={"form": form, "account_id": "contact-1"})
        assert reply.headers["location"] == INVITED


@pytest.mark.parametrize(
    "address", ["//evil.example", "/me/x\r\nSet-Cookie: a", "https://evil.example/me/a", "/sign-out"]
)
async def test_a_made_up_cookie_leads_nowhere_else(address: str) -> None:
    async with portal(answers(CITY)) as browser:
        browser.cookies.set("isopolity_back", quote(address, safe=""))
        assert (await browser.post("/sign-in/secret")).headers["location"] == "/me"


async def test_who_acts_for_several_chooses() -> None:
    seen: list[httpx.Request] = []
    chosen = receipt(CITY, number=2) | {"accounts": [CITY, OFFICE]}
    async with portal(answers(CITY, OFFICE) | {"/sessions/refresh": chosen}, seen) as browser:
        assert (await browser.post("/sign-in/secret")).headers["location"] == "/accounts"
        assert (await browser.get("/me")).headers["location"] == "/accounts"
        page = await browser.get("/accounts")
        assert all(text in page.text for text in ("Espoo", "s office"))
        foreign = await browser.post("/accounts", data={"form": form_token(page), "account_id": "contact-2"})
        assert foreign.headers["location"] == "/sign-in"
        reply = await browser.post("/accounts", data={"form": form_token(page), "account_id": "contact-1"})
        assert reply.headers["location"] == "/me"
        assert "You have no tasks" in (await browser.get("/me")).text
    sent = [json.loads(request.content) for request in seen if request.url.path.endswith("/refresh")]
    assert sent == [{"refresh_token": "refresh-1", "account_id": "contact-1"}]


async def test_the_cookie_of_before_opens_nothing_once_an_account_is_chosen() -> None:
    chosen = receipt(CITY, number=2) | {"accounts": [CITY, OFFICE]}
    sessions, services = FakeSessions(), answers(CITY, OFFICE) | {"/sessions/refresh": chosen}
    async with portal(services, sessions=sessions) as browser, portal(services, sessions=sessions) as reader:
        before = (await browser.post("/sign-in/secret")).cookies[COOKIE]
        form = {"form": form_token(await browser.get("/accounts")), "account_id": "contact-1"}
        reply = await browser.post("/accounts", data=form)
        assert reply.cookies[COOKIE] != before
        assert (await browser.get("/me")).status_code == 200
        for path in ("/me", "/accounts", "/sessions"):
            late = await reader.get(path, headers={"Cookie": f"{COOKIE}={before}"})
            assert (late.status_code, late.headers["location"]) == (303, "/sign-in")
            assert "set-cookie" not in late.headers, (
                "another tab of that browser keeps the cookie that it got meanwhile"
            )
    assert len(sessions.kept) == 1


async def test_who_may_not_act_as_staff_any_more_keeps_the_session() -> None:
    sessions = FakeSessions()
    told = {"detail": "You signed in too long ago to act as staff; sign in again."}
    refused = httpx.Response(409, json=told)
    async with portal(answers(CITY, OFFICE) | {"/sessions/refresh": lambda _: refused}, sessions=sessions) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/accounts")), "account_id": "person-1"}
        page = await browser.post("/accounts", data=form)
    assert page.status_code == 422
    assert told["detail"] in page.text
    assert len(sessions.kept) == 1


async def test_an_access_token_is_renewed_before_it_ends_and_each_refresh_token_is_sent_once() -> None:
    moment = [NOW]
    numbers = iter(range(2, 9))
    seen: list[httpx.Request] = []

    def refreshed(_request: httpx.Request) -> dict[str, Any]:
        number = next(numbers)
        return receipt(CITY, number=number) | {"access_expires_at": (moment[0] + timedelta(minutes=10)).isoformat()}

    served = answers(CITY) | {"/sessions/refresh": refreshed}
    async with portal(served, seen, now=lambda: moment[0]) as browser:
        await signed_in(browser)
        for minutes in (5, 9.5, 15, 25):
            moment[0] = NOW + timedelta(minutes=minutes)
            assert (await browser.get("/me")).status_code == 200
    sent = [json.loads(request.content)["refresh_token"] for request in seen if request.url.path.endswith("/refresh")]
    assert sent == ["refresh-1", "refresh-2"]
    assert seen[-1].headers["authorization"] == "Bearer access-3"


@pytest.mark.parametrize("after", [timedelta(minutes=11), timedelta(days=15)])
async def test_a_session_that_has_ended_is_a_strangers(after: timedelta) -> None:
    moment, sessions = [NOW], FakeSessions()
    async with portal(answers(CITY) | {"/sessions/refresh": 410}, sessions=sessions, now=lambda: moment[0]) as browser:
        await signed_in(browser)
        moment[0] = NOW + after
        reply = await browser.get("/me")
        assert (reply.status_code, reply.headers["location"]) == (303, "/sign-in")
        assert (sessions.kept, "set-cookie" in reply.headers) == ({}, False)
        sessions.known.clear()  # a day later
        assert 'isopolity_session=""' in (await browser.get("/me")).headers["set-cookie"]


async def test_a_session_that_was_ended_elsewhere_says_so_and_is_forgotten() -> None:
    sessions = FakeSessions()
    async with portal(answers(CITY) | {"/members/espoo/proposals": 401}, sessions=sessions) as browser:
        await signed_in(browser)
        page = await browser.get("/me")
        assert (page.status_code, sessions.kept) == (401, {})
        assert "You have been signed out" in page.text
        assert (await browser.get("/me")).headers["location"] == "/sign-in"


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
async def test_a_form_of_another_site_does_nothing(headers: dict[str, str]) -> None:
    seen: list[httpx.Request] = []
    async with portal(answers(CITY), seen) as browser:
        assert (await browser.post("/sign-in/secret", headers=headers)).status_code == 403
        assert (await browser.post("/sign-in", data={"email": "a@b.example"}, headers=headers)).status_code == 403
    assert seen == []


async def test_an_old_browser_says_by_its_origin_where_a_form_comes_from() -> None:
    async with portal(answers(CITY)) as browser:
        del browser.headers["sec-fetch-site"]
        for origin in ("http://elsewhere.example", "null", ""):
            assert (await browser.post("/sign-in/secret", headers={"Origin": origin})).status_code == 403
        assert (await browser.post("/sign-in/secret")).status_code == 403
        assert (await browser.post("/sign-in/secret", headers={"Origin": "http://portal"})).status_code == 303


async def test_with_a_session_only_its_own_pages_send_forms() -> None:
    sessions = FakeSessions()
    async with portal(answers(CITY), sessions=sessions) as browser:
        await signed_in(browser)
        page = await browser.get("/me")
        for token in ("", "0" * 64, "ü"):
            assert (await browser.post("/sign-out", data={"form": token})).status_code == 403
        many = "&".join(f"a{number}=1" for number in range(1_100))
        refused = await browser.post(
            "/sign-out", content=many, headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert refused.status_code == 403
        assert len(sessions.kept) == 1
        reply = await browser.post("/sign-out", data={"form": form_token(page)})
    assert (reply.status_code, sessions.kept) == (303, {})


async def test_a_form_that_is_sent_after_signing_out_in_another_tab_says_so() -> None:
    async with portal(answers(CITY) | {"/contacts": listed()}) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/me/contacts"))}
        await browser.post("/sign-out", data=form)
        page = await browser.post("/me/contacts", data=form | {"name": "Bo", "email": "bo@city.example"})
        assert (page.status_code, "You have been signed out" in page.text) == (401, True)
        asked = {"form": form_token(await browser.get("/sign-in")), "name": "Bo"}
        assert (await browser.post("/me/contacts", data=asked)).headers["location"] == "/sign-in"


async def test_signing_out_ends_the_session_though_registry_is_away() -> None:
    sessions, seen = FakeSessions(), list[httpx.Request]()
    async with portal(answers(CITY) | {"/sessions/s1": 503}, seen, sessions=sessions) as browser:
        await signed_in(browser)
        page = await browser.get("/me")
        reply = await browser.post("/sign-out", data={"form": form_token(page)})
        assert reply.status_code == 303
        assert (await browser.get("/me")).headers["location"] == "/sign-in"
    assert sessions.kept == {}
    assert [request.method for request in seen if request.url.path.endswith("/sessions/s1")] == ["DELETE"]


async def test_sessions_are_listed_and_end() -> None:
    seen: list[httpx.Request] = []
    found = [
        {
            "session_id": "s1",
            "started_at": "2026-11-27T09:00:00Z",
            "begun_with": "Firefox, Windows",
            "is_current": True,
        },
        {"session_id": "s2", "started_at": "2026-11-20T09:00:00Z", "begun_with": None, "is_current": False},
    ]
    async with portal(answers(CITY) | {"/sessions": listed(*found), "/sessions/s2": 204}, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/sessions")
        assert all(text in page.text for text in ("20 November 2026, 09:00 UTC", "Firefox, Windows", "Unknown program"))
        form = {"form": form_token(page), "session_id": "../s2?x"}
        assert (await browser.post("/sessions", data=form)).status_code == 303
        assert (await browser.post("/sessions", data=form | {"session_id": "s2"})).status_code == 303
    assert [request.url.path for request in seen if request.method == "DELETE"][-1] == "/registry/v1/sessions/s2"


async def test_all_other_sessions_end_with_one_button() -> None:
    seen: list[httpx.Request] = []
    one = {"session_id": "s1", "started_at": "2026-11-27T09:00:00Z", "begun_with": None, "is_current": True}
    served: list[Any] = [one]

    def sessions(_request: httpx.Request) -> Any:
        return listed(*served)

    ending = {"/sessions": sessions, "/sessions/end-others": httpx.Response(204)}
    async with portal(answers(CITY) | ending, seen) as browser:
        await signed_in(browser)
        assert "End all others" not in (await browser.get("/sessions")).text
        served.append(one | {"session_id": "s2", "is_current": False})
        page = await browser.get("/sessions")
        assert "End all others" in page.text
        form = {"form": form_token(page), "others": "1"}
        assert (await browser.post("/sessions", data=form)).headers["location"] == "/sessions"
    assert (seen[-1].method, seen[-1].url.path) == ("POST", "/registry/v1/sessions/end-others")


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 10; K) Chrome/131.0.0.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0", "Edge, Windows"),
        ("<script>" * 1000, None),
    ],
)
async def test_a_session_is_known_again_by_program_and_system(agent: str, told: str | None) -> None:
    seen: list[httpx.Request] = []
    async with portal(answers(CITY), seen) as browser:
        await browser.post("/sign-in/secret", headers={"User-Agent": agent})
    assert json.loads(seen[0].content).get("begun_with") == told


async def test_who_has_not_signed_in_is_sent_there() -> None:
    async with portal({}) as browser:
        for path in ("/me", "/accounts", "/sessions", "/proposals/p1"):
            reply = await browser.get(path)
            assert (reply.status_code, reply.headers["location"].partition("?")[0]) == (303, "/sign-in")
        assert (await browser.get("/sign-out")).headers["location"] == "/"
        assert "/sign-in" in (await browser.get("/about")).text

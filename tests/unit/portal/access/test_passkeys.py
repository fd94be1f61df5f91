"""Passkeys at the portal: signing in, bringing the first one as staff, and one's own; at the one address for them."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal.service import CITY, HOSTILE, OFFICE, answers, form_token, half, portal, receipt, signed_in

ORIGIN = "http://portal"
OPTIONS = json.dumps({"challenge": "Y2hhbGxlbmdl", "rpId": "portal", "allowCredentials": []})
ASKED = {"options": OPTIONS}
MINE = {
    "passkey_id": "k1",
    "account_id": CITY["account_id"],
    "name": HOSTILE,
    "added_at": "2026-11-27T08:00:00Z",
    "used_at": None,
    "is_backed_up": False,
}


def bodies(seen: list[httpx.Request], path: str) -> list[Any]:
    """What was sent to a path of registry."""
    return [json.loads(each.content) for each in seen if each.url.path.endswith(path) and each.method == "POST"]


def listed_or_made(request: httpx.Request) -> Any:
    """What registry answers at `/passkeys`: all of them, or the one that was added."""
    return {"items": [MINE]} if request.method == "GET" else MINE


async def test_a_passkey_signs_in_in_the_browser_that_asked() -> None:
    seen: list[httpx.Request] = []
    paths = {"/sign-ins/passkey": ASKED, "/sign-ins/from-passkey": receipt(CITY)}
    async with portal(answers(CITY) | paths, seen, passkey_origin=ORIGIN) as browser:
        form = await browser.get("/sign-in")
        assert 'action="/sign-in/passkey"' in form.text
        asked = await browser.post("/sign-in/passkey")
        assert (asked.status_code, asked.headers["cache-control"]) == (200, "no-store")
        assert "script-src 'self'" in asked.headers["content-security-policy"]
        assert "&#34;challenge&#34;: &#34;Y2hhbGxlbmdl&#34;" in asked.text
        came = await browser.post("/sign-in/passkey", data={"credential": "{}"})
        assert (came.status_code, came.headers["location"]) == (303, "/me")
    (wanted,), (shown,) = bodies(seen, "/sign-ins/passkey"), bodies(seen, "/sign-ins/from-passkey")
    assert shown["credential"] == "{}"
    assert (shown["binding"], len(wanted["binding"])) == (wanted["binding"], 64)


@pytest.mark.parametrize("answer", [410, 422])
async def test_a_passkey_that_does_not_count_is_asked_for_again(answer: int) -> None:
    paths = {"/sign-ins/passkey": ASKED, "/sign-ins/from-passkey": answer}
    async with portal(answers(CITY) | paths, passkey_origin=ORIGIN) as browser:
        page = await browser.post("/sign-in/passkey", data={"credential": "[]"})
    assert (page.status_code, "does not work here" in page.text) == (422, True)
    assert 'data-waits="1" data-options' in page.text, "nobody is asked again and again"
    assert "Sign in by mail" in page.text


async def test_at_another_address_pages_say_where_passkeys_work() -> None:
    paths = {"/sign-ins/passkey": ASKED, "/passkeys": {"items": []}}
    async with portal(answers(CITY) | paths, passkey_origin="http://localhost:8000") as browser:
        sign_in = (await browser.get("/sign-in")).text
        asked = (await browser.post("/sign-in/passkey")).text
        await signed_in(browser)
        own = (await browser.get("/passkeys")).text
    assert 'href="http://localhost:8000/sign-in"' in sign_in
    assert ("data-options" in asked, 'href="http://localhost:8000/sign-in"' in asked) == (False, True)
    assert ('href="http://localhost:8000/passkeys"' in own, 'name="name"' in own) == (True, False)


async def test_where_browsers_offer_none_nothing_is_offered() -> None:
    async with portal(answers(CITY) | {"/passkeys": {"items": []}}) as browser:
        assert "passkey" not in (await browser.get("/sign-in")).text
        assert (await browser.post("/sign-in/passkey")).status_code == 404
        await signed_in(browser)
        assert "Passkeys do not work" in (await browser.get("/passkeys")).text


async def test_one_sees_names_and_removes_ones_own() -> None:
    seen: list[httpx.Request] = []
    paths = {"/passkeys/options": ASKED, "/passkeys": listed_or_made, "/passkeys/k1": 204}
    async with portal(answers(CITY) | paths, seen, passkey_origin=ORIGIN) as browser:
        await signed_in(browser)
        page = await browser.get("/passkeys")
        assert (HOSTILE in page.text, "not used yet" in page.text) == (False, True)
        form = {"form": form_token(page)}
        nameless = await browser.post("/passkeys", data=form | {"name": " "})
        assert (nameless.status_code, "Give the passkey a name" in nameless.text) == (422, True)
        asked = await browser.post("/passkeys", data=form | {"name": " My  key "})
        assert ('data-passkey="make"' in asked.text, 'name="name" value="My key"' in asked.text) == (True, True)
        made = {"form": form_token(asked), "name": "My key", "credential": "{}"}
        added = await browser.post("/passkeys", data=made)
        assert added.headers["location"] == "/passkeys?done=added"
        removed = await browser.post("/passkeys", data=form | {"do": "remove", "passkey_id": "k1"})
        assert removed.headers["location"] == "/passkeys?done=removed"
        assert "The passkey is removed" in (await browser.get("/passkeys?done=removed")).text
    assert bodies(seen, "/passkeys") == [{"credential": "{}", "name": "My key"}]
    assert [each.url.path[-3:] for each in seen if each.method == "DELETE"] == ["/k1"]


async def test_what_registry_refuses_stands_on_the_page() -> None:
    def late(_: httpx.Request) -> httpx.Response:
        return httpx.Response(409, json={"code": "not-possible", "detail": "You signed in more than an hour ago."})

    paths = {"/passkeys/options": late, "/passkeys": {"items": [MINE]}, "/passkeys/k1": late}
    async with portal(answers(CITY) | paths, passkey_origin=ORIGIN) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/passkeys"))}
        for fields in ({"name": "Key"}, {"do": "remove", "passkey_id": "k1"}):
            page = await browser.post("/passkeys", data=form | fields)
            assert (page.status_code, "more than an hour ago" in page.text) == (422, True)


async def test_a_passkey_that_was_not_added_says_so() -> None:
    def gone(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"items": []}) if request.method == "GET" else httpx.Response(410)

    async with portal(answers(CITY) | {"/passkeys": gone}, passkey_origin=ORIGIN) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/passkeys")), "name": "Key", "credential": "{}"}
        page = await browser.post("/passkeys", data=form)
    assert (page.status_code, "was not added" in page.text) == (422, True)


async def test_nobody_but_who_has_signed_in_has_passkeys() -> None:
    async with portal(answers(CITY), passkey_origin=ORIGIN) as browser:
        assert (await browser.get("/passkeys")).headers["location"] == "/sign-in"
        assert (await browser.get("/sign-in/passkey")).headers["location"] == "/sign-in"
        assert (await browser.get("/sign-in/app/passkey")).headers["location"] == "/sign-in"


def served(need: str, **more: Any) -> dict[str, Any]:
    return answers(OFFICE) | {"/sign-ins/exchange": half(OFFICE, need=need)} | more


async def test_staff_brings_a_passkey_with_its_enrolment_code() -> None:
    seen: list[httpx.Request] = []
    factor = "/sessions/second-factor/passkey"
    paths = served("enrolment", **{f"{factor}-options": ASKED, factor: receipt(OFFICE, number=2)})
    async with portal(paths, seen, passkey_origin=ORIGIN) as browser:
        await signed_in(browser)
        page = await browser.get("/sign-in/app")
        assert 'formaction="/sign-in/app/passkey"' in page.text
        form = {"form": form_token(page)}
        missing = await browser.post("/sign-in/app/passkey", data=form)
        assert (missing.status_code, "Type the enrolment code" in missing.text) == (422, True)
        asked = await browser.post("/sign-in/app/passkey", data=form | {"enrolment_code": " 7KQM "})
        assert 'data-passkey="make"' in asked.text
        made = {"form": form_token(asked), "credential": "{}", "name": ""}
        came = await browser.post("/sign-in/app/passkey", data=made)
        assert came.headers["location"] == "/me"
        assert "Good day" in (await browser.get("/office")).text
    assert bodies(seen, f"{factor}-options") == [{"refresh_token": "refresh-1", "code": "7KQM"}]
    assert bodies(seen, factor) == [{"refresh_token": "refresh-1", "credential": "{}", "name": "Passkey"}]


async def test_a_wrong_enrolment_code_asks_no_device() -> None:
    refused = httpx.Response(422, json={"errors": [{"pointer": "/code", "detail": "This is not your code."}]})
    paths = served("enrolment", **{"/sessions/second-factor/passkey-options": lambda _: refused})
    async with portal(paths, passkey_origin=ORIGIN) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/sign-in/app")), "enrolment_code": "x"}
        page = await browser.post("/sign-in/app/passkey", data=form)
    assert (page.status_code, "This is not your code." in page.text, "data-options" in page.text) == (422, True, False)


@pytest.mark.parametrize(("need", "has_code"), [("passkey", False), ("code", True)])
async def test_who_has_a_passkey_uses_it_after_the_mail_and_who_has_an_app_types_its_code(
    need: str, has_code: bool
) -> None:
    async with portal(served(need), passkey_origin=ORIGIN) as browser:
        await signed_in(browser)
        page = (await browser.get("/sign-in/app")).text
    assert ('action="/sign-in/passkey"' in page, 'name="code"' in page) == (True, has_code)

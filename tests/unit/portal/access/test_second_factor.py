"""Staff at the portal: after the mailed link the code of an app, and the first time the app."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal.service import CITY, OFFICE, answers, form_token, half, portal, receipt, signed_in

APP = {"secret": "JBSWY3DPEHPK3PXP", "address": "otpauth://totp/Isopolity:mia?secret=JBSWY3DPEHPK3PXP"}
WRONG = {"errors": [{"pointer": "/code", "detail": "This code does not count; type the six digits."}]}


def served(need: str, *accounts: dict[str, Any], **more: Any) -> dict[str, Any]:
    passed = receipt(OFFICE, number=2)
    paths = {"/sessions/second-factor/enrolment": APP, "/sessions/second-factor": passed} | more
    return answers(OFFICE) | {"/sign-ins/exchange": half(*(accounts or (OFFICE,)), need=need)} | paths


async def test_the_link_of_staff_leads_to_the_code_of_the_app() -> None:
    seen: list[httpx.Request] = []
    async with portal(served("code"), seen) as browser:
        assert (await browser.post("/sign-in/secret")).headers["location"] == "/sign-in/app"
        asked = await browser.get("/sign-in/app")
        reply = await browser.post("/sign-in/app", data={"form": form_token(asked), "code": "123 456"})
        assert reply.headers["location"] == "/me"
        assert "Good day" in (await browser.get("/office")).text
        assert (await browser.get("/sign-in/app")).headers["location"] == "/me"
    sent = next(request for request in seen if request.url.path.endswith("/second-factor"))
    assert json.loads(sent.content) == {"refresh_token": "refresh-1", "code": "123 456"}


async def test_the_cookie_of_before_opens_nothing_once_the_code_has_counted() -> None:
    async with portal(served("code")) as browser:
        before = (await browser.post("/sign-in/secret")).cookies["isopolity_session"]
        form = {"form": form_token(await browser.get("/sign-in/app")), "code": "123456"}
        after = (await browser.post("/sign-in/app", data=form)).cookies["isopolity_session"]
        assert (await browser.get("/office")).status_code == 200
        browser.cookies.clear()
        late = await browser.get("/office", headers={"Cookie": f"isopolity_session={before}"})
    assert after != before
    assert (late.status_code, late.headers["location"]) == (303, "/sign-in")


async def test_who_acts_for_a_city_too_chooses_and_types_the_code_for_the_office_alone() -> None:
    async with portal(served("code", CITY, OFFICE)) as browser:
        assert (await browser.post("/sign-in/secret")).headers["location"] == "/accounts"
        form = {"form": form_token(await browser.get("/accounts")), "account_id": OFFICE["account_id"]}
        assert (await browser.post("/accounts", data=form)).headers["location"] == "/sign-in/app"


async def test_a_new_app_is_shown_what_to_scan_in_answer_to_a_button() -> None:
    seen: list[httpx.Request] = []
    async with portal(served("enrolment"), seen) as browser:
        await signed_in(browser)
        asked = await browser.get("/sign-in/app")
        assert [APP["secret"] in asked.text, len(seen)] == [False, 1]
        typed = {"form": form_token(asked), "enrolment_code": " 7KQM-2XHD-9RTA-W4PC "}
        shown = await browser.post("/sign-in/app", data=typed)
        assert (shown.headers["cache-control"], APP["secret"] in shown.text) == ("no-store", True)
        assert "<svg" in shown.text.partition("<main")[2]
        assert "style=" not in shown.text
        reply = await browser.post("/sign-in/app", data={"form": form_token(shown), "code": "123456"})
    assert reply.headers["location"] == "/me"
    sent = next(request for request in seen if request.url.path.endswith("/enrolment"))
    assert json.loads(sent.content) == {"refresh_token": "refresh-1", "code": "7KQM-2XHD-9RTA-W4PC"}


@pytest.mark.parametrize("typed", ["", "2222-2222-2222-2222"])
async def test_without_its_enrolment_code_nobody_is_shown_what_to_scan(typed: str) -> None:
    refused = httpx.Response(422, json={"errors": [{"pointer": "/code", "detail": "This is not your code."}]})
    async with portal(served("enrolment", **{"/sessions/second-factor/enrolment": lambda _: refused})) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/sign-in/app")), "enrolment_code": typed}
        page = await browser.post("/sign-in/app", data=form)
    assert (page.status_code, "<svg" in page.text.partition("<main")[2]) == (422, False)
    assert ("This is not your code." if typed else "Type the enrolment code") in page.text
    assert 'name="enrolment_code"' in page.text


@pytest.mark.parametrize("need", ["code", "enrolment"])
async def test_a_wrong_code_is_told_and_may_be_typed_again(need: str) -> None:
    refused = httpx.Response(422, json=WRONG)
    async with portal(served(need, **{"/sessions/second-factor": lambda _: refused})) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/sign-in/app")), "code": "000000"}
        page = await browser.post("/sign-in/app", data=form)
    assert page.status_code == 422
    assert WRONG["errors"][0]["detail"] in page.text
    assert 'name="code"' in page.text


async def test_too_late_for_an_app_says_who_helps() -> None:
    async with portal(served("closed")) as browser:
        await signed_in(browser)
        page = await browser.get("/sign-in/app")
    assert "Ask an operator" in page.text
    assert 'name="code"' not in page.text


@pytest.mark.parametrize("form", [{"enrolment_code": "7KQM"}, {"code": "123456"}])
async def test_a_session_that_has_ended_meanwhile_begins_anew(form: dict[str, str]) -> None:
    gone = {"/sessions/second-factor/enrolment": 410, "/sessions/second-factor": 410}
    async with portal(served("enrolment", **gone)) as browser:
        await signed_in(browser)
        token = {"form": form_token(await browser.get("/sign-in/app"))}
        assert (await browser.post("/sign-in/app", data=token | form)).headers["location"] == "/sign-in"
        assert (await browser.get("/sign-in/app")).headers["location"] == "/sign-in"


ADDRESS = "https://login.example/auth?state=sealed"


async def test_staff_goes_to_its_organisation_and_comes_back_in_the_same_browser() -> None:
    seen: list[httpx.Request] = []
    issuer = {"/sign-ins/issuer": {"address": ADDRESS}, "/sign-ins/from-issuer": receipt(OFFICE)}
    async with portal(answers(OFFICE) | issuer, seen, has_issuer=True) as browser:
        assert 'href="/sign-in/office"' in (await browser.get("/sign-in")).text
        going = await browser.get("/sign-in/office")
        assert (going.status_code, going.headers["location"]) == (303, ADDRESS)
        back = await browser.get("/sign-in/office/back", params={"state": "sealed", "code": "one"})
        assert (back.status_code, back.headers["location"]) == (303, "/me")
        assert "Good day" in (await browser.get("/office")).text
    went, came = (json.loads(request.content) for request in seen[:2])
    assert len(came.pop("browser")) == 43
    assert came == {"state": "sealed", "code": "one", "binding": went["binding"], "begun_with": None}
    assert len(went["binding"]) == 64


@pytest.mark.parametrize("query", [{}, {"error": "access_denied", "state": "sealed"}, {"state": "sealed", "code": "x"}])
async def test_a_return_that_does_not_count_begins_anew(query: dict[str, str]) -> None:
    issuer = {"/sign-ins/issuer": {"address": ADDRESS}, "/sign-ins/from-issuer": 410}
    async with portal(answers(OFFICE) | issuer, has_issuer=True) as browser:
        page = await browser.get("/sign-in/office/back", params=query)
        assert (page.status_code, "This sign-in did not work" in page.text) == (410, True)
        await browser.get("/sign-in/office")
        assert (await browser.get("/sign-in/office/back", params=query)).status_code == 410


async def test_without_an_issuer_nobody_is_sent_to_one() -> None:
    async with portal(answers(OFFICE)) as browser:
        assert "/sign-in/office" not in (await browser.get("/sign-in")).text
        for path in ("/sign-in/office", "/sign-in/office/back"):
            assert (await browser.get(path)).status_code == 404

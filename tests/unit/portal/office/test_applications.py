"""Staff decides about applications: several at once, and one beside the member that it resembles."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal.office import application
from tests.support.portal.service import CITY, HOSTILE, STAFF, answers, city, form_token, listed, portal, signed_in

ALIKE = {"member_id": "espoo", "name": "Espoo", "status": "withdrawn"}


def whole(**changes: Any) -> dict[str, Any]:
    """An application as registry tells it by itself."""
    person = {"role": "coordinator", "name": HOSTILE, "email": "ana@town.example", "language": "en"}
    profile = {name: value for name, value in city(name="Town 1").items() if name not in ("needs", "offers")}
    return application() | {
        "region": "europe-north-america", "profile": profile | {"needs": [], "offers": []}, "contact": person,
        "others": [], "exchanges": [], "decided_at": None, "reason": None, "member_id": None,
    } | changes  # fmt: skip


def served(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return answers(STAFF) | {"/applications": listed(*items)} | more


async def test_those_that_are_ticked_are_endorsed_and_each_refusal_is_told() -> None:
    seen: list[httpx.Request] = []
    refused = httpx.Response(409, json={"detail": "Espoo (espoo) is registered under this identity; refuse it."})
    done = {"outcome": "registered", "detail": "Town 1 is a new member."}
    paths = {
        "/applications/a1/endorse": done,
        "/applications/a2/endorse": lambda _: refused,
        "/applications/a3/endorse": 503,
        "/applications/a4/endorse": 412,
    }
    shown = (application(1, name=HOSTILE), application(2), application(3), application(4, version=5))
    async with portal(served(*shown) | paths, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/applications")
        assert HOSTILE not in page.text
        form = {"form": form_token(page)}
        assert "Tick at least one" in (await browser.post("/office/applications", data=form)).text
        assert 'name="tick-a4" value="5"' in page.text
        ticked = {f"tick-a{number}": "5" for number in (1, 2, 3, 4)}
        told = await browser.post("/office/applications", data=form | ticked)
    for expected in (
        "Town 1 is a new member.",
        "is registered under this identity",
        "did not answer",
        "changed since you opened the list",
    ):
        assert expected in told.text
    endorsed = [request for request in seen if request.method == "POST" and "endorse" in request.url.path]
    assert [each.url.path for each in endorsed] == [
        f"/registry/v1/applications/a{each}/endorse" for each in (1, 2, 3, 4)
    ]
    assert {each.headers["if-match"] for each in endorsed} == {'"5"'}


@pytest.mark.parametrize("decision", ["endorse", "refuse"])
async def test_an_application_that_was_changed_since_the_page_showed_it_is_shown_again(decision: str) -> None:
    seen: list[httpx.Request] = []
    known = [whole(), *[whole(version=3, name="Town 2")] * 2]
    paths = {"/applications/a1": lambda _: known.pop(0), f"/applications/a1/{decision}": 412}
    async with portal(served() | paths, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/applications/a1")
        assert page.text.count('name="version" value="2"') == 2
        form = {"form": form_token(page), "version": "2", "do": decision, "reason": "other", "words": "Sorry."}
        page = await browser.post("/office/applications/a1", data=form)
    (sent,) = [each for each in seen if each.url.path.endswith(f"/{decision}")]
    assert (sent.headers["if-match"], page.status_code) == ('"2"', 409)
    for expected in ("has changed since you opened the page", "<h1>Town 2</h1>", 'value="3"', "Sorry.</textarea>"):
        assert expected in page.text


async def test_one_stands_beside_the_member_that_it_resembles_and_brings_it_back() -> None:
    seen: list[httpx.Request] = []
    known = whole(resembles=ALIKE, warnings=["A member withdrew under this identity: espoo."])
    done = {"outcome": "reinstated", "detail": "Town 1 is back under its former id."}
    paths = {"/applications/a1": known, "/cities/espoo": city(about=HOSTILE), "/applications/a1/endorse": done}
    async with portal(served(application(1), application(2)) | paths, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/applications/a1")
        for expected in ("The similar member", "withdrew under this identity", "/office/applications/a2"):
            assert expected in page.text
        assert HOSTILE not in page.text
        form = {"form": form_token(page), "do": "endorse", "reinstate": "1"}
        assert "is back under its former id" in (await browser.post("/office/applications/a1", data=form)).text
    (sent,) = [request for request in seen if request.url.path.endswith("/endorse")]
    assert sent.url.query == b"reinstate=true"


async def test_a_refusal_has_a_reason_and_what_registry_refuses_is_told_with_the_form_kept() -> None:
    late = httpx.Response(409, json={"detail": "The application has been endorsed already."})
    seen: list[httpx.Request] = []
    async with portal(
        served() | {"/applications/a1": whole(), "/applications/a1/refuse": lambda _: late}, seen
    ) as browser:
        await signed_in(browser)
        form = {
            "form": form_token(await browser.get("/office/applications/a1")),
            "do": "refuse",
            "reason": "incomplete",
        }
        page = await browser.post("/office/applications/a1", data=form)
    assert page.status_code == 422
    assert "has been endorsed already" in page.text
    assert '<option value="incomplete" selected>' in page.text


@pytest.mark.parametrize(
    ("form", "sent", "is_mailed", "told"),
    [
        (
            {"reason": "incomplete", "words": " Say\r\nmore. "},
            {"words": "Say\nmore."},
            True,
            "A mail tells",
        ),
        ({"reason": "other", "quiet": "1"}, {"mail": False}, False, "No mail is sent"),
    ],
    ids=["mailed", "quiet"],
)
async def test_staff_adds_words_to_a_refusal_or_writes_to_nobody(
    form: dict[str, str], sent: dict[str, Any], is_mailed: bool, told: str
) -> None:
    seen: list[httpx.Request] = []
    paths = {"/applications/a1": whole(), "/applications/a1/refuse": whole() | {"is_mailed": is_mailed}}
    async with portal(served() | paths, seen) as browser:
        await signed_in(browser)
        token = form_token(await browser.get("/office/applications/a1"))
        page = await browser.post("/office/applications/a1", data={"form": token, "do": "refuse"} | form)
    assert told in page.text
    (refusal,) = [request for request in seen if request.url.path.endswith("/refuse")]
    assert json.loads(refusal.content) == {"reason": form["reason"]} | sent


async def test_words_that_are_too_long_are_told_beside_their_field_and_kept() -> None:
    wrong = httpx.Response(422, json={"errors": [{"pointer": "/words", "detail": "Give at most 1000 characters."}]})
    paths = {"/applications/a1": whole(), "/applications/a1/refuse": lambda _: wrong}
    async with portal(served() | paths) as browser:
        await signed_in(browser)
        token = form_token(await browser.get("/office/applications/a1"))
        form = {"form": token, "do": "refuse", "reason": "other", "words": HOSTILE}
        page = await browser.post("/office/applications/a1", data=form)
    assert (page.status_code, 'id="words-fault">Give at most 1000 characters.' in page.text) == (422, True)
    assert HOSTILE not in page.text


async def test_staff_asks_back_and_reads_what_was_asked_and_answered() -> None:
    seen: list[httpx.Request] = []
    exchange = {"question": "Which district?", "asked_at": "2026-11-21T09:00:00Z", "answer": None, "answered_at": None}
    asked = {"status": "asked", "asked_at": exchange["asked_at"], "waits_since": "2036-12-21T09:00:00Z"}
    told = whole(**asked, exchanges=[exchange])
    known = [whole(), told, told]
    standing = {"application_id": "a1", "status": "asked"}
    paths = {"/applications/a1": lambda _: known.pop(0), "/applications/a1/ask": standing}
    async with portal(served() | paths, seen) as browser:
        await signed_in(browser)
        token = form_token(await browser.get("/office/applications/a1"))
        form = {"form": token, "do": "ask", "question": "Which district?"}
        page = await browser.post("/office/applications/a1", data=form)
    for expected in ("pending with the applicant", "Which district?", "No answer yet.", "Admit"):
        assert expected in page.text
    assert "Ask the applicant" not in page.text
    (question,) = [request for request in seen if request.url.path.endswith("/ask")]
    assert json.loads(question.content) == {"question": "Which district?"}


async def test_an_answer_stands_with_its_application_and_in_the_list() -> None:
    moments = {"asked_at": "2026-11-21T09:00:00Z", "answered_at": "2026-11-23T09:00:00Z"}
    exchange = {"question": "Which district?", "answer": HOSTILE, **moments}
    paths = {"/applications/a1": whole(**moments, exchanges=[exchange])}
    async with portal(served(application(1, **moments)) | paths) as browser:
        await signed_in(browser)
        assert "Answered on 23 November 2026" in (await browser.get("/office/applications")).text
        page = await browser.get("/office/applications/a1")
    assert "Ask the applicant" in page.text
    assert HOSTILE not in page.text


async def test_staff_reads_that_a_mail_did_not_arrive_and_asks_again() -> None:
    moments = {"asked_at": "2026-11-21T09:00:00Z", "undelivered_at": "2026-11-22T09:00:00Z", "answered_at": None}
    exchange = {"question": "Which district?", "answer": None, **moments}
    commission = {"commission_name": "Commission of Finland", "verdict": None, "words": None, **moments}
    lost = {"status": "asked", "waits_since": "2026-11-22T09:00:00Z", "commission": commission, **moments}
    paths = {"/applications/a1": whole(**lost, exchanges=[exchange])}
    async with portal(served(application(1, **lost)) | paths) as browser:
        await signed_in(browser)
        page, listed = [await browser.get(f"/office/applications{path}") for path in ("/a1", "")]
    for expected in ("the mail did not reach the applicant", "the mail did not arrive. Check", "to decide"):
        assert (expected in page.text, expected in listed.text) == (True, True)
    for expected in (
        "No answer: the mail did not arrive (22 November 2026).",
        "Ask the applicant",
        "Ask the National Commission",
    ):
        assert expected in page.text


async def test_staff_asks_national_commissions_about_one_or_many_and_reads_what_they_say() -> None:
    seen: list[httpx.Request] = []
    waits = {"commission_name": "Commission of Finland", "asked_at": "2026-11-21T09:00:00Z", "verdict": None}
    waits |= {"valid_until": "2027-01-20T09:00:00Z", "words": None, "answered_at": None}
    objects = waits | {"verdict": "objects", "words": HOSTILE, "answered_at": "2026-11-22T09:00:00Z"}
    refused = httpx.Response(409, json={"detail": "No National Commission of this country is on the list."})
    paths = {
        "/applications/a1": whole(commission=objects),
        "/applications/a2": whole(application_id="a2"),
        "/applications/a1/consult": lambda _: refused,
        "/applications/a2/consult": {"application_id": "a2", "status": "confirmed", "commission": waits},
    }
    async with portal(served(application(1), application(2, commission=waits)) | paths, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/applications")
        assert "was asked on 21 November 2026" in page.text
        ticked = {"form": form_token(page), "do": "consult", "tick-a1": "1", "tick-a2": "1"}
        told = await browser.post("/office/applications", data=ticked)
        for expected in ("A mail to Commission of Finland is on its way.", "is on the list"):
            assert expected in told.text
        shown = await browser.get("/office/applications/a1")
        assert "objects (22 November 2026)" in shown.text
        assert HOSTILE not in shown.text
        form = {"form": form_token(await browser.get("/office/applications/a2")), "do": "consult"}
        assert (await browser.post("/office/applications/a2", data=form)).status_code == 200
    asked = [request.url.path for request in seen if request.url.path.endswith("/consult")]
    assert asked == [f"/registry/v1/applications/a{number}/consult" for number in (1, 2, 2)]


@pytest.mark.parametrize(
    "path", ["/office/applications", "/office/applications/a1", "/office/changes", "/office/audit"]
)
async def test_these_pages_are_for_staff(path: str) -> None:
    async with portal(answers(CITY) | {"/applications": listed(), "/changes": listed()}) as browser:
        await signed_in(browser)
        reply = await browser.get(path)
        assert (reply.status_code, reply.headers["location"]) == (303, "/me")

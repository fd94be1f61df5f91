"""Mails that did not arrive: their numbers, a look before they go, and the order that sends them again."""

import json
from typing import Any

import httpx

from tests.support.portal.service import HOSTILE, STAFF, answers, form_token, portal, signed_in

PAGE = "/office/mails"
NUMBERS = {
    "mails": 312,
    "reasons": [
        {"reason": "smtp-550", "why": "The mail server refused it (550).", "is_stale": False, "mails": 312},
        {"reason": "deadline-passed", "why": "The time to answer was over.", "is_stale": True, "mails": 7},
    ],
    "hours": [{"since": "2026-11-25T09:00:00Z", "until": "2026-11-25T10:00:00Z", "mails": 312}],
}
MAIL = {
    "mail_id": "m1", "purpose": "introduction", "state": "failed", "updated_at": "2026-11-25T09:20:00Z",
    "reason": "smtp-550", "why": "The mail server refused it (550).", "why_not": None, "recipient": HOSTILE,
    "email": "ana@city.example", "subject": "You both said yes", "text": HOSTILE,
}  # fmt: skip
KEPT = {"why": "It holds a link to sign in.", "mails": 2}
LOOK = {"goes": 200, "kept": [KEPT], "left": 112, "next": "m200", "mails": [MAIL]}


def served(**more: Any) -> dict[str, Any]:
    return answers(STAFF) | {"/unarrived": NUMBERS, "/unarrived/preview": LOOK} | more


async def test_staff_sees_how_many_by_reason_and_by_hour_and_why_others_did_not_go() -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        page = await browser.get(PAGE)
    for part in (
        "312 mails did not arrive",
        "/office/mails?reason=smtp-550",
        "since=2026-11-25T09%3A00%3A00Z&amp;until=2026-11-25T10%3A00%3A00Z",
        "The time to answer was over.",
        "The person asks for a new one",
    ):
        assert part in page.text
    assert "reason=deadline-passed" not in page.text


async def test_a_choice_is_looked_at_before_it_goes() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(), seen) as browser:
        await signed_in(browser)
        page = await browser.get(PAGE, params={"reason": "smtp-550"})
    asked = json.loads(next(each for each in seen if each.url.path.endswith("/unarrived/preview")).content)
    assert asked == {"reason": "smtp-550"}
    for part in (
        "Send 200 mails again",
        "112 more come",
        "It holds a link to sign in.",
        "The links in these texts do not work.",
    ):
        assert part in page.text
    assert 'name="until"' in page.text, "what fails meanwhile was not looked at"
    assert HOSTILE not in page.text


async def test_those_of_the_choice_are_sent_and_the_next_ones_are_looked_at() -> None:
    seen: list[httpx.Request] = []
    sent = {"goes": 200, "kept": [KEPT], "left": 112, "next": "m200"}
    paths = served(**{"/unarrived/again": sent})
    async with portal(paths, seen) as browser:
        await signed_in(browser)
        token = form_token(await browser.get(PAGE, params={"reason": "smtp-550"}))
        done = await browser.post(PAGE, data={"form": token, "reason": "smtp-550", "until": "2026-11-26T09:00:00Z"})
        assert "after=m200" in done.headers["location"]
        paths["/unarrived/again"] = sent | {"left": 0, "next": None}
        done = await browser.post(PAGE, data={"form": token, "mail_id": "m1"})
        page = await browser.get(done.headers["location"])
    first, second = (json.loads(each.content) for each in seen if each.url.path.endswith("/unarrived/again"))
    assert first == {"reason": "smtp-550", "until": "2026-11-26T09:00:00Z"}
    assert second == {"mail_ids": ["m1"]}
    assert "Sent again: 200." in page.text
    assert "Not sent: 2." in page.text


async def test_an_address_puts_no_words_of_its_own_on_the_page() -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        page = await browser.get(PAGE, params={"sent": "call 555", "kept": "1"})
    assert page.status_code == 200
    assert "call 555" not in page.text

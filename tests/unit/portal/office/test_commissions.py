"""National Commissions: the page that a mailed link opens, and the office's list of whom it writes to."""

import json
from typing import Any

import httpx

from tests.support.portal.service import CITY, HOSTILE, STAFF, answers, city, form_token, listed, portal, signed_in

LINK = "/commission/s-e-c-r-e-t"
BRAZIL = {
    "country": "BR", "name": "Commission of Brazil", "email": "natcom@brazil.example", "language": "en",
    "changed_at": "2026-11-20T09:00:00Z",
}  # fmt: skip


def asked(**changes: Any) -> dict[str, Any]:
    """What registry tells the holder of the link."""
    return {
        "commission_name": BRAZIL["name"], "country": "BR",
        "city": city(name="Belém", about=HOSTILE, needs=[], offers=[]),
        "asked_at": "2026-11-20T09:00:00Z", "valid_until": "2027-01-19T09:00:00Z", "verdict": None, "words": None,
        "answered_at": None,
    } | changes  # fmt: skip


async def test_opening_the_link_says_nothing_and_the_button_does() -> None:
    seen: list[httpx.Request] = []
    said = asked(verdict="objects", words="Too small.", answered_at="2026-11-21T09:00:00Z")
    paths = {"/consultations/look": asked(), "/consultations/say": said}
    async with portal(paths, seen) as browser:
        page = await browser.get(LINK)
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
        assert "Belém wants to join" in page.text
        assert HOSTILE not in page.text
        assert [request.url.path for request in seen] == ["/registry/v1/consultations/look"]
        told = await browser.post(LINK, data={"verdict": "objects", "words": "Too\r\nsmall. "})
    assert "You object to Belém." in told.text
    assert json.loads(seen[-1].content) == {"secret": "s-e-c-r-e-t", "verdict": "objects", "words": "Too\nsmall."}


async def test_what_was_said_stands_on_the_page_and_may_be_changed() -> None:
    said = asked(verdict="endorses", words=HOSTILE, answered_at="2026-11-21T09:00:00Z")
    async with portal({"/consultations/look": said}) as browser:
        page = await browser.get(LINK)
    assert "You endorse Belém. You said so on 21 November 2026" in page.text
    assert "We object" in page.text
    assert HOSTILE not in page.text


async def test_a_link_that_has_ended_says_so() -> None:
    wrong = httpx.Response(422, json={"errors": [{"pointer": "/secret", "detail": "Too long."}]})
    for answer in (410, lambda _: wrong):
        async with portal({"/consultations/look": answer}) as browser:
            pages = await browser.get(LINK), await browser.post(LINK, data={"verdict": "endorses"})
        for page in pages:
            assert (page.status_code, "This link no longer works" in page.text) == (410, True)


async def test_reasons_that_are_too_long_are_told_and_kept() -> None:
    wrong = httpx.Response(422, json={"errors": [{"pointer": "/words", "detail": "Give at most 1000 characters."}]})
    async with portal({"/consultations/look": asked(), "/consultations/say": lambda _: wrong}) as browser:
        page = await browser.post(LINK, data={"verdict": "objects", "words": "It is too long."})
    assert (page.status_code, "Give at most 1000 characters." in page.text) == (422, True)
    assert "It is too long.</textarea>" in page.text


async def test_staff_enters_changes_and_removes_a_commission() -> None:
    seen: list[httpx.Request] = []
    paths = {
        "/commissions": listed(BRAZIL | {"name": HOSTILE, "language": "fr"}),
        "/commissions/BR": BRAZIL,
    }
    async with portal(answers(STAFF) | paths, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/commissions?country=BR")
        assert 'value="natcom@brazil.example"' in page.text
        assert HOSTILE not in page.text
        form = {"form": form_token(page), "country": "BR", "name": " Commission ", "email": "new@brazil.example"}
        assert (await browser.post("/office/commissions", data=form)).headers["location"] == "/office/commissions"
        removed = await browser.post("/office/commissions/BR/remove", data={"form": form_token(page)})
        assert removed.status_code == 303
        nowhere = await browser.post("/office/commissions", data=form | {"country": "../x"})
        assert nowhere.status_code == 422
    sent = [(request.method, request.url.path) for request in seen if request.url.path.endswith("/BR")]
    assert sent == [("PUT", "/registry/v1/commissions/BR"), ("DELETE", "/registry/v1/commissions/BR")]
    (put,) = [request for request in seen if request.method == "PUT"]
    assert json.loads(put.content) == {"name": "Commission", "email": "new@brazil.example", "language": "fr"}


async def test_a_wrong_address_is_told_beside_its_field_with_what_was_typed() -> None:
    wrong = httpx.Response(422, json={"errors": [{"pointer": "/email", "detail": "Give one e-mail address."}]})
    async with portal(answers(STAFF) | {"/commissions": listed(), "/commissions/BR": lambda _: wrong}) as browser:
        await signed_in(browser)
        form = {
            "form": form_token(await browser.get("/office/commissions")),
            "country": "BR",
            "name": "N",
            "email": "x",
        }
        page = await browser.post("/office/commissions", data=form)
    assert (page.status_code, 'id="email-fault">Give one e-mail address.' in page.text) == (422, True)
    assert 'value="x"' in page.text


async def test_the_list_is_for_staff() -> None:
    async with portal(answers(CITY) | {"/commissions": listed()}) as browser:
        await signed_in(browser)
        assert (await browser.get("/office/commissions")).headers["location"] == "/me"

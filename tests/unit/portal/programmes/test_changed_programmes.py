"""A change of an admitted programme that waits: partner and office see it beside what stands, others see only that."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal.partners import READ, served
from tests.support.portal.service import EMPTY, HOSTILE, OFFICE, answers, form_token, listed, portal, signed_in

STADIUMS = READ | {"name": "Play", "purpose": HOSTILE, "budget": 9_000_000}
CHANGED = {"programme_id": "p1", "fields": ["name", "purpose", "budget", "grant_min"], "standing": READ}
KNOWN: dict[str, Any] = {"programmes": [STADIUMS], "waiting": ["p1"], "changed": [CHANGED]}
REFUSED = {"programme_id": "p1", "reason": "Stadiums are not of this network.", "refused_on": "2026-11-26"}


async def shown(known: dict[str, Any], path: str) -> str:
    async with portal(known) as browser:
        await signed_in(browser)
        reply = await browser.get(path)
    assert reply.status_code == 200
    assert HOSTILE not in reply.text
    return reply.text


@pytest.mark.parametrize("path", ["/me/programmes", "/me/programmes/p1"])
async def test_the_partner_reads_what_waits_beside_what_stands(path: str) -> None:
    page = await shown(served([], **KNOWN), path)
    assert "Your change waits for the office" in page
    assert "nobody else sees it" not in page
    for name, now, then in (("Name", "Read", "Play"), ("Whole budget", f"{READ['budget']:,}", "9,000,000")):
        for value in (now, then):
            assert f'<dt>{name}</dt><dd dir="auto">{value}</dd>' in page
    assert "<dt>A grant, at least</dt>" not in page, "it waits with the budget, and is as it was"


async def test_the_partner_closes_a_programme_of_which_a_change_waits() -> None:
    page = await shown(served([], **KNOWN), "/me/programmes")
    assert "/me/programmes/p1/close" in page
    assert "/me/programmes/p1/withdraw" not in page


async def test_the_partner_reads_why_a_change_was_refused() -> None:
    page = await shown(served([], **KNOWN | {"waiting": [], "refused": [REFUSED]}), "/me/programmes")
    assert "The office does not agree to your change" in page
    assert "Stadiums are not of this network." in page


async def test_a_change_is_taken_back_and_what_stands_stays() -> None:
    seen: list[httpx.Request] = []
    known = served(seen, **KNOWN)
    async with portal(known, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/me/programmes/p1/take-back")
        assert "Take back your change of" in page.text
        reply = await browser.post("/me/programmes/p1/take-back", data={"form": form_token(page)})
    assert reply.status_code == 303
    (sent,) = [json.loads(each.content) for each in seen if each.method == "PATCH"]
    assert sent == {"programmes": [READ]}


async def test_where_no_change_waits_there_is_nothing_to_take_back() -> None:
    async with portal(served([])) as browser:
        await signed_in(browser)
        reply = await browser.get("/me/programmes/p1/take-back")
    assert (reply.status_code, reply.headers["location"]) == (303, "/me/programmes")


async def test_the_office_reads_what_is_changed_beside_what_stands() -> None:
    partner = {"partner_id": "fund", "name": "The Fund", "version": 7} | KNOWN
    page = await shown(answers(OFFICE) | {"/partners": listed(partner)}, "/office/programmes")
    assert "A change to “Read”, which is admitted" in page
    for value in ("Read", "Play"):
        assert f'<dt>Name</dt><dd dir="auto">{value}</dd>' in page
    assert page.count('name="version" value="7"') == 2


@pytest.mark.parametrize("path", ["/partners/fund", "/partners/fund/programmes/p1"])
async def test_the_public_page_shows_what_stands_to_the_partner_too(path: str) -> None:
    fund: dict[str, Any] = {
        "kind": "foundation",
        "home_country": "FI",
        "about": None,
        "web": None,
        "illustrative": False,
    }
    page = await shown(served([], **fund, **KNOWN) | {"/partnerships": EMPTY}, path)
    assert "Read" in page
    assert "Play" not in page
    assert "has not agreed to this programme" not in page

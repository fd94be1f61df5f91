"""Why a member finds nobody, and the one change that would help most, on its pages."""

import re
from typing import Any

import httpx
import pytest

from isopolity.languages.offered import OFFERED
from tests.support.portal.askers import BOOKS, OPEN, TO_FEZ, served_partner
from tests.support.portal.fitting import fitting
from tests.support.portal.service import CITY, answers, city, listed, portal, signed_in

OWNER: dict[str, Any] = {
    **dict.fromkeys(("programme_id", "programme_name", "now", "change", "change_text")),
    "partners": [{"text": "Of 464 cities none would fit you.", "ruled_out": [{"text": "210 cities lie <far> off."}]}],
}
WHY: dict[str, Any] = {"own": [], "owners": [OWNER]}


async def test_who_finds_nobody_reads_how_many_each_rule_keeps_out() -> None:
    own = {"/cities/espoo": city(), "/members/espoo/fitting": {**fitting(), **WHY}}
    seen: list[httpx.Request] = []
    async with portal(answers(CITY) | own, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/me/suggestions")
    assert "210 cities lie &lt;far&gt; off." in page.text


@pytest.mark.parametrize(
    ("code", "way"), [("online", "/me/profile/needs"), ("topic", "/me/profile/needs"), ("language", "/me/profile")]
)
async def test_the_change_that_would_help_most_is_told_with_where_it_is_made(code: str, way: str) -> None:
    change = {"code": code, "then": {"cities": 1, "programmes": 0}}
    told = [OWNER | {"change": change, "change_text": "If you also did, one more would fit."}]
    async with portal(
        answers(CITY) | {"/cities/espoo": city(), "/members/espoo/why": WHY | {"owners": told}}
    ) as browser:
        assert (await browser.get("/me/why")).headers["location"] == "/sign-in?back=%2Fme%2Fwhy"
        await signed_in(browser)
        text = (await browser.get("/me/why")).text
    assert "If you also did, one more would fit." in text
    assert f'<a href="{way}">' in text


async def test_a_change_of_a_programme_leads_to_that_programme() -> None:
    change = {"code": "cities", "then": {"cities": 1, "programmes": 0}}
    its = {"programme_id": "p1", "programme_name": "Books", "change": change, "change_text": "With 2 places …"}
    told = {"/members/fund/why": WHY | {"owners": [OWNER | its]}}
    async with portal(served_partner(BOOKS, told=told)) as browser:
        await signed_in(browser)
        page = (await browser.get("/me/why")).text
    assert '<a href="/me/programmes/p1">Change “Books”</a>' in page
    assert 'href="/me/profile"' not in page.partition("<main")[2].partition("</main>")[0]


async def test_a_partner_without_programmes_is_told_so() -> None:
    async with portal(served_partner()) as browser:
        await signed_in(browser)
        assert "You have no open programme" in (await browser.get("/me/why")).text


async def test_a_partner_reads_which_places_are_taken_and_which_programmes_are_not_looked_at() -> None:
    closed = BOOKS | {"programme_id": "p2", "name": "Bikes", "closes": "2026-11-20"}
    none = BOOKS | {"programme_id": "p4", "name": "Buses", "cities": 0}
    waits = BOOKS | {"programme_id": "p3", "name": "Boats"}
    taken = {"/members/fund/proposals": listed(TO_FEZ), "/members/fund/why": WHY}
    async with portal(served_partner(BOOKS, closed, waits, none, waiting=["p3"], told=taken)) as browser:
        await signed_in(browser)
        page = " ".join((await browser.get("/me/why")).text.split())
    for expected in (
        "All places of “Books” are taken now",
        "The first place may be free after 20 December 2026.",
        "“Buses” takes no cities now: it has 0 for “Cities at a time”.",
        "Bikes: Closed since 21 November 2026",
        "Boats: Waits for the office",
        "210 cities lie",
    ):
        assert expected in page
    assert "“Bikes” are taken" not in page
    assert "“Buses” are taken" not in page


async def test_a_city_reads_that_its_places_for_sponsors_are_taken() -> None:
    other = {"member_id": "fund", "member_kind": "partner", "name": "A Fund", "programme_id": "p1"}
    proposal = OPEN | {"kind": "sponsorship", "own": {"answer": None}, "other": other}
    own = {"/cities/espoo": city(capacity=3, sponsorship_capacity=1), "/members/espoo/why": WHY}
    own |= {f"/members/espoo/{kind}": listed() for kind in ("interests", "partnerships")}
    async with portal(answers(CITY) | own | {"/members/espoo/proposals": listed(proposal)}) as browser:
        await signed_in(browser)
        page = " ".join((await browser.get("/me/why")).text.split())
    assert "All your places for sponsors are taken now" in page
    assert "All your places for other cities are taken" not in page


_CODES = (
    *("tied-already", "own-country", "legal-act", "subjects", "out-of-reach", "region", "country", "population"),
    *("amount", "no-money-asked", "score"),
)
"""Of rules that keep partners out, as matching counts them."""


@pytest.mark.parametrize("language", [each for each in OFFERED if each != "en"])
async def test_counts_of_each_rule_are_read_in_the_readers_language(language: str) -> None:
    excluded = [{"code": code, "count": 210, "text": f"English of {code}."} for code in (*_CODES, "of-tomorrow")]
    counts = {"kind": "twinning", "partners": 464, "fitting": 17, "text": "English heading.", "ruled_out": excluded}
    told = WHY | {"owners": [OWNER | {"partners": [counts, counts | {"kind": "sponsorship"}]}]}
    async with portal(answers(CITY) | {"/cities/espoo": city(), "/members/espoo/why": told}) as browser:
        await signed_in(browser)
        page = (await browser.get("/me/why", headers={"Accept-Language": language})).text
    assert f'<html lang="{language}"' in page
    assert set(re.findall(r"English [a-z -]+\.", page)) == {"English of of-tomorrow."}
    shown = re.findall(r"<h3>(.*?)</h3>", page, re.DOTALL)
    assert ["464" in each and "17" in each for each in shown] == [True, True]
    assert len(re.findall(r"\b210\W?</li>", page)) == 2 * len(_CODES)

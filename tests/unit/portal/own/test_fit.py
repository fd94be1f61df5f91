"""A member reads whether it would fit another, and what speaks for it and against."""

from typing import Any

import httpx
import pytest

from isopolity.languages.offered import OFFERED
from tests.support.portal.askers import BOOKS, OPEN, PATH, TO_FEZ, served, served_partner
from tests.support.portal.service import listed, portal, signed_in

PAIR: dict[str, Any] = {
    "kind": "twinning",
    "status": "available",
    "score": 0.895,
    "confidence": 0.7,
    "paragraph": "Both work on literacy.",
    "connection": None,
    "note": None,
    "blockers": [{"code": "tied", "text": "You are twinned already."}],
    "gaps": ["Fez states no language."],
    "parts": [{"text": "They share a language."}],
    "a": {"member_kind": "city", "member_id": "fez", "gets": ["a study visit"]},
    "b": {"member_kind": "city", "member_id": "espoo", "gets": ["training"]},
}


async def test_a_member_reads_what_speaks_for_another_and_what_against() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(**{"/pairs/espoo/fez": PAIR, PATH: listed()}), seen) as browser:
        await signed_in(browser)
        assert 'href="/me/fit?city=fez"' in (await browser.get("/cities/fez")).text
        page = " ".join((await browser.get("/me/fit?city=fez")).text.split())
    for told in (
        "Both work on literacy.",
        "You are twinned already.",
        "Fez states no language.",
        "They share a language.",
        "/me/ask?city=fez",
    ):
        assert told in page
    assert (
        page.index("You would get") < page.index("training") < page.index("They would get") < page.index("study visit")
    )


async def test_what_a_member_should_bear_in_mind_stands_apart_and_once() -> None:
    caution = "You work in Finnish, and Fez in Arabic."
    own = PAIR["b"] | {"to_mind": [caution, "Fez gains less."]}
    pair = PAIR | {"b": own, "paragraph": f"Both work on literacy. {caution}"}
    async with portal(served(**{"/pairs/espoo/fez": pair, PATH: listed()})) as browser:
        await signed_in(browser)
        page = (await browser.get("/me/fit?city=fez")).text
    async with portal(served(**{"/pairs/espoo/fez": PAIR, PATH: listed()})) as browser:
        await signed_in(browser)
        without = (await browser.get("/me/fit?city=fez")).text
    assert (page.count(caution), page.count("Fez gains less."), page.count("To bear in mind")) == (1, 1, 1)
    assert page.index("To bear in mind") < page.index(caution) < page.index("Reasons against")
    assert "To bear in mind" not in without


async def test_a_pair_that_is_none_says_what_to_do() -> None:
    sentence = "Foundation A Fund has several programmes; name one."
    refused = {"/pairs/espoo/fund": lambda _: httpx.Response(422, json={"detail": sentence})}
    async with portal(served(**refused)) as browser:
        await signed_in(browser)
        page = await browser.get("/me/fit?partner=fund")
        assert (page.status_code, sentence in page.text) == (200, True)
        assert (await browser.get("/me/fit")).status_code == 404


NOT_NOW = {"code": "not-at-present", "text": "A Fund and Fez are not proposed to each other at present."}
OF_FUND = PAIR | {
    "kind": "sponsorship",
    "status": "not proposed at present",
    "blockers": [NOT_NOW],
    "a": {"member_kind": "partner", "member_id": "fund", "gets": []},
    "b": PAIR["a"],
}


async def fit_of_fund(**told: Any) -> str:
    async with portal(served_partner(BOOKS, told={"/pairs/fund/fez": OF_FUND} | told)) as browser:
        await signed_in(browser)
        return " ".join((await browser.get("/me/fit?city=fez&programme_id=p1")).text.split())


async def test_a_partner_whose_places_are_taken_reads_so_and_when_one_may_be_free() -> None:
    elsewhere = TO_FEZ | {"other": {"member_id": "oulu"}}
    page = await fit_of_fund(**{"/members/fund/proposals": listed(elsewhere)})
    assert "All places of “Books” are taken now" in page
    assert "The first place may be free after 20 December 2026." in page
    assert "All places" not in await fit_of_fund()
    async with portal(served_partner(BOOKS | {"cities": 0}, told={"/pairs/fund/fez": OF_FUND})) as browser:
        await signed_in(browser)
        page = (await browser.get("/me/fit?city=fez&programme_id=p1")).text
    assert ("“Books” takes no cities now" in page, "All places" in page) == (True, False)


async def test_a_partner_gets_nothing_from_a_city_and_is_not_told_so() -> None:
    page = await fit_of_fund()
    assert "They would get" in page
    assert "You would get" not in page


@pytest.mark.parametrize(
    ("own", "expected", "may_ask"),
    [({}, "proposed to you, answer by 20 December 2026", False), ({"answer": "no"}, "you said no", True)],
)
async def test_what_was_suggested_of_the_two_is_said(own: dict[str, Any], expected: str, *, may_ask: bool) -> None:
    page = await fit_of_fund(**{"/members/fund/proposals": listed(TO_FEZ | {"own": TO_FEZ["own"] | own})})
    assert expected in page
    assert "All places" not in page
    assert ('href="/me/ask?' in page) == may_ask


async def test_a_city_reads_that_its_places_are_taken() -> None:
    taken = [OPEN | {"other": {"member_id": name}} for name in ("oulu", "lahti", "vaasa", "turku", "kemi", "pori")]
    known = served(**{"/pairs/espoo/fez": PAIR, "/members/espoo/proposals": listed(*taken), PATH: listed()})
    async with portal(known) as browser:
        await signed_in(browser)
        assert "All your places are taken now" in (await browser.get("/me/fit?city=fez")).text


BIKES = BOOKS | {"programme_id": "p2", "name": "Bikes"}
BOATS = BOOKS | {"programme_id": "p3", "name": "Boats"}


async def test_who_has_several_programmes_reads_how_well_each_fits_the_best_first() -> None:
    def pair(request: httpx.Request) -> Any:
        return OF_FUND | {"score": 0.9 if request.url.params["programme_id"] == "p2" else 0.5}

    known = served_partner(BOOKS, BOATS, BIKES, waiting=["p3"], told={"/pairs/fund/fez": pair})
    async with portal(known) as browser:
        await signed_in(browser)
        page = " ".join((await browser.get("/me/fit?city=fez&request_id=r1")).text.split())
    assert 'href="/me/fit?city=fez&amp;programme_id=p2&amp;request_id=r1"' in page
    assert page.index("Bikes") < page.index("90 of 100") < page.index("Books") < page.index("50 of 100")
    assert page.index("50 of 100") < page.index("Boats") < page.index("Waits for the office")
    assert 'href="/me/ask?' not in page


async def test_a_programme_that_waits_is_told_by_its_criteria_and_asks_for_nobody() -> None:
    criteria = {"budget": 1_000, "currency": "EUR"}
    city = {"fits": True, "score": 0.94, "confidence": 0.7, "blockers": [], "first_tie": True, "request_id": None}
    told = {"/partners/fund/cities": {"items": [city]}}
    seen: list[httpx.Request] = []
    async with portal(served_partner(BOOKS, BOATS | criteria, waiting=["p3"], told=told), seen) as browser:
        await signed_in(browser)
        page = " ".join((await browser.get("/me/fit?city=fez&programme_id=p3")).text.split())
    asked = next(each.url.params for each in seen if each.url.path.endswith("/partners/fund/cities"))
    assert (asked["city_id"], asked["budget"]) == ("fez", "1000")
    assert "Waits for the office" in page
    assert "94 of 100" in page
    assert 'href="/me/ask?' not in page


async def test_each_reason_stands_once_and_that_a_pair_is_not_proposed_now_is_none() -> None:
    gets, part = "The fund supports literacy.", "They share a language."
    sides = {"b": OF_FUND["b"] | {"gets": [gets]}, "parts": [{"text": gets}, {"text": part}]}
    told = OF_FUND | sides | {"paragraph": f"{NOT_NOW['text']} {gets} {part} More."}
    page = await fit_of_fund(**{"/pairs/fund/fez": told})
    assert [page.count(text) for text in (gets, part, "More.")] == [1, 1, 1]
    assert NOT_NOW["text"] not in page
    assert "No rule of the network keeps you apart." in page


@pytest.mark.parametrize("language", [each for each in OFFERED if each != "en"])
async def test_reasons_against_are_read_in_the_readers_language(language: str) -> None:
    codes = (
        "tied-already",
        "own-country",
        "subjects",
        "out-of-reach",
        "region",
        "period",
        "not-at-present",
        "legal-act",
    )
    against = [{"code": code, "text": f"English of {code}."} for code in (*codes, "of-tomorrow")]
    told = {"/pairs/espoo/fez": PAIR | {"blockers": against}, PATH: listed()}
    async with portal(served(**told)) as browser:
        await signed_in(browser)
        page = (await browser.get("/me/fit?city=fez", headers={"Accept-Language": language})).text
    assert f'<html lang="{language}"' in page
    assert [code for code in (*codes, "of-tomorrow") if f"English of {code}." in page] == ["legal-act", "of-tomorrow"]

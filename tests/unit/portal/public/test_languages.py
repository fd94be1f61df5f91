"""Pages in languages: by their address, by what the browser asks for, and none half translated."""

import re
from collections.abc import Iterator

import httpx
import pytest

from isopolity.contracts.registry import PartnerState, RequestState
from isopolity.languages.offered import ENGLISH, OFFERED
from tests.support.portal.service import (
    HOME,
    HOSTILE,
    NO_TIES,
    NOWHERE,
    PARTNER,
    REQUEST,
    city,
    listed,
    portal,
    sought,
    supportable,
)

LISTS = {"/cities": listed(city(), following="c2"), "/cities/places": NOWHERE, "/twinnings/places": NO_TIES}
TIES = {"/twinnings": listed(), "/partnerships": listed()}
COMMON = {"version": 1, "illustrative": True}
PROGRAMME = PARTNER["programmes"][0] | {"programme_id": "p1"}
FUND = PartnerState.model_validate(
    PARTNER | COMMON | {"partner_id": "fund", "status": "endorsed", "programmes": [PROGRAMME]}
).model_dump(mode="json")
BOOKS = RequestState.model_validate(
    REQUEST | COMMON | {"request_id": "r1", "status": "published", "city_id": "espoo"}
).model_dump(mode="json")
MEMBERS = {"/partners": listed(FUND), "/partners/fund": FUND, "/requests": listed(BOOKS), "/requests/r1": BOOKS}
BOARDS = {"/seeking": listed(sought("sdg.4")), "/requests/programmes": listed(supportable())}
ANSWERS = HOME | LISTS | TIES | MEMBERS | BOARDS | {"/legal-acts": listed(), "/cities/espoo": city(name="Espoo")}
PAGES = (
    *("/", "/cities", "/cities/espoo", "/partners", "/partners/fund", "/partners/fund/programmes/p1"),
    *("/requests", "/requests/r1", "/seeking", "/seeking/requests", "/about", "/imprint", "/accessibility", "/sign-in"),
    *("/join", "/privacy", "/legal-acts"),
)
OTHERS = [code for code in OFFERED if code != ENGLISH]
LONGER = 10_000
"""Bytes of a page that its language may cost: a Cyrillic letter is two, and lists of countries hold some 4,000."""


def told(value: object) -> Iterator[str]:
    """The texts in an answer."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from told(each)


NAMES = {
    *("isopolity", "xlsx", "javascript", "cookie", "english", "fran", "espa", "portugu"),
    *("provisional", "provisoire", "provis"),
    *("office", "network", "example"),
    *(word.lower() for text in told(ANSWERS) for word in re.findall("[A-Za-z]{4,}", text)),
}
"""Latin words that are the same in other letters, and those that the services tell."""


def words_of(html: str) -> set[str]:
    """The words of a page that people read."""
    texts = re.findall(r'>([^<]+)<|(?:aria-label|placeholder|title)="([^"]+)"', html.partition("</head>")[2])
    return {word.lower() for text in texts for word in re.findall(r"[A-Za-z]{4,}", " ".join(text))}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("code", OTHERS)
async def test_a_page_is_in_the_language_that_its_address_names(code: str, path: str) -> None:
    async with portal(ANSWERS) as browser:
        answer = await browser.get(f"/{code}{path}")
        english = await browser.get(f"/en{path}")
    assert (answer.status_code, answer.headers["content-language"]) == (200, code)
    direction = "rtl" if code == "ar" else "ltr"
    assert f'<html lang="{code}" dir="{direction}">' in answer.text
    assert 'lang="en" dir="ltr"' in english.text
    assert "mailto:" in answer.text, "a wrong sentence can be reported"
    assert len(answer.content) - len(english.content) < LONGER


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("code", ["ar", "ru"])
async def test_no_page_in_other_letters_has_a_word_left_in_english(code: str, path: str) -> None:
    async with portal(ANSWERS) as browser:
        english, other = await browser.get(f"/en{path}"), await browser.get(f"/{code}{path}")
    assert words_of(other.text) & words_of(english.text) - NAMES == set()


async def test_links_stay_in_the_language_of_the_address_and_leave_it_only_for_pages_without_one() -> None:
    async with portal(ANSWERS) as browser:
        text = (await browser.get("/fr/cities", params={"text": "es"})).text
    links = set(re.findall(r'(?:href|action)="(/[^"]*)"', text)) - set(re.findall(r'href="(/static/[^"]*)"', text))
    assert {"/fr/", "/fr/cities", "/fr/about", "/fr/sign-in", "/fr/privacy", "/fr/join", "/docs"} <= links
    assert any(each.startswith("/fr/cities?text=es&amp;cursor=") for each in links)
    assert not {"/", "/cities", "/sign-in"} & links


async def test_without_a_language_in_the_address_the_browser_decides() -> None:
    async with portal(ANSWERS) as browser:
        wanted = await browser.get("/cities", headers={"Accept-Language": "fr-SN, en;q=0.5"})
        unread = await browser.get("/cities", headers={"Accept-Language": "de"})
        other = await browser.get("/parts", headers={"Accept-Language": "fr"})
    assert [each.headers["content-language"] for each in (wanted, unread, other)] == ["fr", "en", "en"]
    assert all("Accept-Language" in each.headers["vary"] for each in (wanted, unread))
    assert 'href="/cities' in wanted.text
    assert 'href="/fr/' not in wanted.text.partition("<main")[2]
    assert '<html lang="en"' in other.text, "a page that is not translated is English as a whole"


async def test_the_switch_names_each_language_by_its_own_name_and_leads_to_the_same_page() -> None:
    async with portal(ANSWERS) as browser:
        text = (await browser.get("/es/cities?text=sao")).text
        other = (await browser.get("/parts")).text
    for code, language in OFFERED.items():
        assert f'<a href="/{code}/cities?text=sao" hreflang="{code}" lang="{code}"' in text
        assert language.name in text
        assert re.search(
            f'<link rel="alternate" hreflang="{code}" href="https?://[^/"]+/{code}/cities\\?text=sao">', text
        )
    assert re.search(r'hreflang="x-default" href="https?://[^/"]+/cities\?text=sao">', text)
    assert "hreflang" not in other


@pytest.mark.parametrize("path", ["/de/cities", "/pt-BR/cities/espoo", "/ja"])
async def test_an_unknown_language_in_the_address_gets_one_sentence_in_the_readers(path: str) -> None:
    async with portal(ANSWERS) as browser:
        answer = await browser.get(path, headers={"Accept-Language": "es"})
    assert answer.status_code == 404
    assert "Esta página no existe en el idioma que indica su dirección." in answer.text


@pytest.mark.parametrize(
    "path", ["/fr/docs", "/fr/me", "/fr//evil.example", "/fr/fr/cities", "/me/cities", "/fr/join/x"]
)
async def test_a_language_stands_only_before_pages_that_are_in_languages(path: str) -> None:
    async with portal(ANSWERS) as browser:
        answer = await browser.get(path)
    assert answer.status_code == 404
    assert "location" not in answer.headers


async def test_a_hostile_host_and_header_write_nothing_into_the_page() -> None:
    async with portal(ANSWERS) as browser:
        for headers in ({"Host": 'x"><script>'}, {"Accept-Language": HOSTILE}, {"Accept-Language": "fr," * 9_000}):
            answer = await browser.get("/cities", headers=headers)
            assert answer.status_code == 200
            assert "><script>" not in answer.text
            assert HOSTILE not in answer.text


async def test_signing_in_stays_in_the_language_of_its_page() -> None:
    def started(_request: httpx.Request) -> object:
        return {"sign_in_id": "s1"}

    async with portal(ANSWERS | {"POST /sign-ins": started}) as browser:
        origin = {"Sec-Fetch-Site": "same-origin"}
        sent = await browser.post("/fr/sign-in", data={"email": "a@b.example"}, headers=origin)
        wrong = await browser.post("/ar/sign-in/code", data={"code": "1", "sign_in_id": ""}, headers=origin)
    assert "Consultez votre messagerie" in sent.text
    assert 'action="/fr/sign-in/code"' in sent.text
    assert wrong.status_code == 422
    assert '<html lang="ar" dir="rtl">' in wrong.text


async def test_the_page_behind_a_mailed_link_is_in_the_browsers_language_at_one_address() -> None:
    secret = "s" * 43
    async with portal(ANSWERS) as browser:
        page = await browser.get(f"/sign-in/{secret}", headers={"Accept-Language": "ar"})
        prefixed = await browser.get(f"/ar/sign-in/{secret}")
        passkey = await browser.get("/sign-in/passkey", headers={"Accept-Language": "ar"})
    assert '<html lang="ar" dir="rtl">' in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "hreflang" not in page.text
    assert page.text.count(secret) == 1, "it stands in the form alone, not in the link to report a sentence"
    assert prefixed.status_code == 404
    assert 'lang="ar"' not in passkey.text


async def test_numbers_days_and_plurals_are_those_of_the_language() -> None:
    seen = ANSWERS | {"/cities/espoo": city(name="Espoo", population=1_469_163, changed_on="2026-12-03")}
    async with portal(seen) as browser:
        french, arabic = (await browser.get("/fr/cities/espoo")).text, (await browser.get("/ar/cities")).text
    assert "1\u202f469\u202f163" in french
    assert "3 décembre 2026" in french
    assert "Finlande" in french
    assert "فنلندا" in arabic

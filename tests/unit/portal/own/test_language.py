"""The language of an account: it ranks before the browser's, and a switch changes it for this person alone."""

import json
from typing import Any

import httpx
import pytest

from isopolity.languages.offered import OFFERED
from tests.support.portal.drafts import Registry
from tests.support.portal.service import CITY, HOME, HOSTILE, STAFF, answers, form_token, listed, portal, signed_in

ANA = {
    "contact_id": "contact-1",
    "member_kind": "city",
    "member_id": "espoo",
    "role": "coordinator",
    "name": "Ana",
    "email": "ana@city.org",
    "language": "en",
    "version": 3,
    "confirmed": True,
}
PAGES = {"/contacts": listed(ANA), "/contact-changes": listed(), "/contacts/contact-1": ANA}
WANTS_SPANISH = {"Accept-Language": "es"}


def served(account: dict[str, Any]) -> dict[str, Any]:
    return answers(account) | HOME | PAGES


@pytest.mark.parametrize(
    ("kept", "language"), [("fr", "fr"), ("fr-SN", "fr"), ("en", "en"), ("sw", "es"), (None, "es"), (HOSTILE, "es")]
)
async def test_the_language_of_the_account_ranks_before_the_browsers(kept: str | None, language: str) -> None:
    async with portal(served(CITY | {"language": kept})) as browser:
        await signed_in(browser)
        own, public = [await browser.get(path, headers=WANTS_SPANISH) for path in ("/about", "/")]
        named = await browser.get("/ar/", headers=WANTS_SPANISH)
    assert [each.headers["content-language"] for each in (own, public, named)] == [language, language, "ar"]
    assert own.headers["cache-control"] == public.headers["cache-control"] == "no-store"


async def test_two_people_of_one_city_may_read_in_different_languages() -> None:
    async with portal(served(CITY | {"language": "fr"})) as browser, portal(served(CITY | {"language": "es"})) as other:
        await signed_in(browser)
        await signed_in(other)
        pages = [await each.get("/about") for each in (browser, other)]
    assert [each.headers["content-language"] for each in pages] == ["fr", "es"]


async def test_staff_reads_the_public_pages_in_the_browsers_language_and_its_own_in_english() -> None:
    async with portal(served(STAFF | {"language": "fr"})) as browser:
        await signed_in(browser)
        public, office = [await browser.get(path, headers=WANTS_SPANISH) for path in ("/", "/office/search")]
    assert [each.headers["content-language"] for each in (public, office)] == ["es", "en"]


@pytest.mark.parametrize(
    ("path", "back"),
    [("/about?asked=c9", "/about?asked=c9"), ("/", "/"), ("/ar/", "/")],
)
async def test_the_switch_keeps_the_language_with_contact_and_session(path: str, back: str) -> None:
    seen: list[httpx.Request] = []
    async with portal(served(CITY | {"language": "en"}), seen) as browser:
        await signed_in(browser)
        page = await browser.get(path)
        assert 'name="language" value="fr" lang="fr"' in page.text
        sent = {"form": form_token(page), "language": "fr", "back": back}
        assert f'name="back" value="{back}"' in page.text
        switched = await browser.post("/me/language", data=sent)
        own = await browser.get("/about")
    assert (switched.status_code, switched.headers["location"]) == (303, back)
    assert own.headers["content-language"] == "fr"
    changed = next(each for each in seen if each.method == "PATCH")
    assert (json.loads(changed.content), changed.headers["if-match"]) == ({"language": "fr"}, '"3"')


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/me", "/office", "me", ""])
async def test_the_switch_leads_back_only_to_pages_in_languages(back: str) -> None:
    async with portal(served(CITY | {"language": "en"})) as browser:
        await signed_in(browser)
        page = await browser.get("/about")
        sent = {"form": form_token(page), "language": "en", "back": back}
        assert (await browser.post("/me/language", data=sent)).headers["location"] == "/me"


@pytest.mark.parametrize("language", ["de", "xx", "", HOSTILE])
async def test_an_unknown_language_is_one_sentence(language: str) -> None:
    seen: list[httpx.Request] = []
    async with portal(served(CITY | {"language": "es"}), seen) as browser:
        await signed_in(browser)
        page = await browser.get("/about")
        refused = await browser.post("/me/language", data={"form": form_token(page), "language": language})
    assert refused.status_code == 422
    assert "Elija un idioma." in refused.text
    assert not [each for each in seen if each.method == "PATCH"]


async def test_an_application_goes_on_in_the_language_in_which_it_was_begun() -> None:
    registry = Registry(language="ar")
    async with portal(HOME | registry.answers) as browser:
        await browser.post("/ar/join", data={"member_kind": "city", "email": "a@b.org"})
        page = await browser.get("/join/s-e-c-r-e-t", headers=WANTS_SPANISH)
    assert json.loads(registry.sent[0].content)["language"] == "ar"
    assert page.headers["content-language"] == "ar"


@pytest.mark.parametrize("code", [*OFFERED])
async def test_pages_of_members_are_in_each_language(code: str) -> None:
    async with portal(served(CITY | {"language": code})) as browser:
        await signed_in(browser)
        page = await browser.get("/me/contacts", headers=WANTS_SPANISH)
    assert page.headers["content-language"] == code
    assert f'<html lang="{code}"' in page.text

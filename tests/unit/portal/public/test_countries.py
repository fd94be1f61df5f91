"""Filters offer the countries that have entries; pages with names of countries say what the names imply."""

import re

import pytest

from tests.support.portal.profiles import ENDS
from tests.support.portal.service import HOME, portal

DISCLAIMER = "imply no opinion of the network on the legal status of any country, territory, city or area"


def offered(text: str) -> list[str]:
    """The codes that the filter of countries offers."""
    (choice,) = re.findall(r'<select id="country".*?</select>', text, re.DOTALL)
    return re.findall(r'<option value="([A-Z]*)"', choice)


@pytest.mark.parametrize(
    ("path", "codes"),
    [
        ("/cities", ["", "CD", "KE"]),
        ("/partners", ["", "NL"]),
        ("/requests", ["", "PS"]),
        ("/seeking", ["", "CD", "KE"]),
        ("/seeking/requests", ["", "PS"]),
        ("/cities?country=VN", ["", "CD", "KE", "VN"]),
        ("/cities?country=QQ", ["", "CD", "KE"]),
        ("/requests?country=BV", ["", "BV", "PS"]),
    ],
)
async def test_a_filter_offers_countries_with_entries_and_the_chosen_one(path: str, codes: list[str]) -> None:
    async with portal(ENDS) as browser:
        assert offered((await browser.get(path)).text) == codes


async def test_where_the_numbers_cannot_be_read_all_countries_with_people_are_offered() -> None:
    for answer in (404, 500, 429):
        async with portal(ENDS | {"/countries": answer}) as browser:
            page = await browser.get("/cities")
            assert "BV" in offered((await browser.get("/cities?country=BV")).text)
        assert page.status_code == 200
        assert len(offered(page.text)) == 244
        assert "BV" not in offered(page.text)


@pytest.mark.parametrize("path", ["/cities", "/seeking", "/seeking/requests", "/imprint"])
async def test_pages_with_names_of_countries_say_that_these_imply_nothing(path: str) -> None:
    async with portal(HOME | ENDS) as browser:
        assert (await browser.get(path)).text.count(DISCLAIMER) == 1

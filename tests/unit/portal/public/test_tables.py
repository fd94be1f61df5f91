"""Lists as files: all that fits, with the words of strangers as words."""

from collections.abc import Callable, Sequence
from csv import reader
from inspect import signature
from io import BytesIO, StringIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from isopolity.client import matching, registry
from isopolity.contracts.registry import PartnerState, RequestState
from isopolity.portal.entrypoints.http.files import MOST
from isopolity.portal.entrypoints.http.office.applications import CHOICES as CHOICES_OF_APPLICATIONS
from isopolity.portal.entrypoints.http.office.rounds.pairs import CHOICES as CHOICES_OF_PAIRS
from isopolity.portal.entrypoints.http.public.directory import CHOICES, CHOICES_OF_BOARDS
from tests.support.portal.service import NO_TIES, NOWHERE, PARTNER, REQUEST, city, listed, portal

FORMULA = '=HYPERLINK("https://elsewhere.example")'
CITY_COLUMNS = [
    "city_id",
    "name",
    "country",
    "region",
    "population",
    "illustrative",
    "languages",
    "needs",
    "offers",
    "changed_on",
    "kind",
    "geonames_id",
]


def rows(answer: httpx.Response) -> list[list[str]]:
    return list(reader(StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (registry.cities.list, CHOICES["cities"]),
        (registry.cities.places, CHOICES["cities"]),
        (registry.partners.list, CHOICES["partners"]),
        (registry.requests.list, CHOICES["requests"]),
        (registry.seeking.list, CHOICES_OF_BOARDS),
        (matching.requests.programmes, CHOICES_OF_BOARDS),
        (matching.drafts.pairs, CHOICES_OF_PAIRS),
        (registry.applications.list, CHOICES_OF_APPLICATIONS),
    ],
)
def test_each_choice_is_a_parameter_of_the_service(asked: Callable[..., object], names: Sequence[str]) -> None:
    assert set(names) <= signature(asked).parameters.keys()


async def test_a_list_of_cities_is_a_table() -> None:
    seen: list[httpx.Request] = []
    async with portal({"/cities": listed(city(changed_on="2026-11-20"))}, seen) as browser:
        answer = await browser.get("/cities?text=es&form=csv&cursor=abc")
    assert dict(seen[0].url.params) == {"text": "es", "order": "name", "limit": "500"}, "all of it, from the first"
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="cities.csv"'
    needs, offers = "sdg.4:3:webinar:2027-12-31", "unknown.code:5:unknown"
    row = ["espoo", "Espoo", "FI", "europe-north-america", "320000", "no", "fi; sv", needs, offers]
    row += ["2026-11-20", "member", ""]
    assert rows(answer) == [CITY_COLUMNS, row]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_words_of_strangers_stay_words(form: str) -> None:
    async with portal({"/cities": listed(city(name=FORMULA))}) as browser:
        answer = await browser.get(f"/cities?form={form}")
    if form == "csv":
        assert rows(answer)[1][1] == f"'{FORMULA}"
    else:
        cell = load_workbook(BytesIO(answer.content))["cities"]["B2"]
        assert (cell.value, cell.data_type) == (FORMULA, "s")


async def test_partners_and_requests_are_tables_too() -> None:
    common = {"version": 1, "illustrative": True}
    programmes = [each | {"programme_id": "p1"} for each in PARTNER["programmes"]]
    fund = PARTNER | common | {"partner_id": "fund", "status": "endorsed", "programmes": programmes}
    books = REQUEST | common | {"request_id": "r1", "status": "published", "city_id": "espoo"}
    answers = {
        "/partners": listed(PartnerState.model_validate(fund).model_dump(mode="json")),
        "/requests": listed(RequestState.model_validate(books).model_dump(mode="json")),
    }
    async with portal(answers) as browser:
        partners, requests = await browser.get("/partners?form=csv"), await browser.get("/requests?form=csv")
    assert PARTNER["programmes"][0]["name"] in rows(partners)[1]
    assert REQUEST["title"] in rows(requests)[1]
    assert all(rows(each)[1][rows(each)[0].index("illustrative")] == "yes" for each in (partners, requests))


@pytest.mark.parametrize(("pages", "name"), [(2, "cities.csv"), (30, f"cities-first-{MOST}.csv")])
async def test_a_file_holds_all_pages_up_to_the_limit_that_its_name_tells(pages: int, name: str) -> None:
    asked: list[Any] = []

    def answer(request: httpx.Request) -> dict[str, Any]:
        number = int(request.url.params.get("cursor", "0"))
        asked.append(number)
        found = [city(city_id=f"c{number}-{position}") for position in range(500)]
        return listed(*found, following=str(number + 1) if number + 1 < pages else None)

    async with portal({"/cities": answer}) as browser:
        found = await browser.get("/cities?form=csv")
    assert asked == list(range(min(pages, MOST // 500)))
    assert len(rows(found)) == 1 + min(pages * 500, MOST)
    assert name in found.headers["content-disposition"]


async def test_another_form_is_refused_in_a_sentence() -> None:
    async with portal({"/cities": listed(city()), "/cities/places": NOWHERE, "/twinnings/places": NO_TIES}) as browser:
        answer = await browser.get("/cities?form=pdf")
        page = await browser.get("/cities?need=sdg.4")
    assert answer.status_code == 422
    assert "Ask for form=csv or form=xlsx." in answer.text
    assert 'href="/cities?need=sdg.4&amp;form=csv"' in page.text
    assert "at most 5,000 rows" in page.text

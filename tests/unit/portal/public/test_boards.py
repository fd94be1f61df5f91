"""The seeking boards and the pages they lead to, before services that answer as a test says."""

from csv import reader
from io import StringIO
from typing import Any

import httpx
import pytest

from isopolity.contracts.registry import PartnerState
from tests.support.portal.service import EMPTY, PARTNER, REQUEST, city, listed, portal, sought, supportable

NAMED_CITY = {"city_id": "espoo", "name": "Espoo", "country": "FI", "illustrative": True}


def table(answer: httpx.Response) -> list[list[str]]:
    """The rows of a CSV file."""
    return list(reader(StringIO(answer.content.decode("utf-8-sig"))))


def fund(**changes: Any) -> dict[str, Any]:
    """A partner with one programme."""
    programmes = [each | {"programme_id": "p1", "population_min": 20_000} for each in PARTNER["programmes"]]
    common = {"partner_id": "fund", "version": 1, "status": "endorsed", "programmes": programmes}
    return PartnerState.model_validate(PARTNER | common).model_dump(mode="json") | changes


async def test_needs_stand_beside_offers_and_lead_to_the_lists() -> None:
    seen: list[httpx.Request] = []
    answers = {"/seeking": listed(sought("sdg.4", seeking=4_000, offering=1), following="c") | {"total": 17}}
    async with portal(answers, seen) as browser:
        text = (await browser.get("/seeking?region=africa&unknown=x")).text
    assert dict(seen[0].url.params) == {"region": "africa", "limit": "12"}
    for expected in (
        "Quality education", "4,000 cities look for it", "1 city offers it", 'href="/cities/espoo"', "&lt;script&gt;",
        'href="/cities?region=africa&amp;need=sdg.4"', 'href="/seeking?region=africa&amp;cursor=c"', "17 subjects",
        'href="/seeking/requests?region=africa"', 'href="/seeking?region=africa&amp;form=csv"',
    ):  # fmt: skip
        assert expected in text
    assert "<script>" not in text
    assert "Illustrative" not in text


async def test_a_subject_that_nobody_offers_says_so() -> None:
    async with portal({"/seeking": listed(sought("sdg.4", offering=0))}) as browser:
        assert "No city yet." in (await browser.get("/seeking")).text


async def test_requests_stand_beside_programmes() -> None:
    asked = supportable(programmes_total=9)
    async with portal({"/requests/programmes": listed(asked)}) as browser:
        text = (await browser.get("/seeking/requests")).text
    programme = asked["programmes"][0]
    for expected in (
        f'href="/requests/{asked["request_id"]}"', f'href="/cities/{asked["city_id"]}"',
        "9 programmes could support it",
        f'href="/partners/{programme["partner_id"]}/programmes/{programme["programme_id"]}"', "All of them",
    ):  # fmt: skip
        assert expected in text


@pytest.mark.parametrize("path", ["/seeking", "/seeking/requests"])
async def test_an_empty_board_says_what_to_do(path: str) -> None:
    async with portal({"/seeking": EMPTY, "/requests/programmes": EMPTY}) as browser:
        assert "Remove one of your choices." in (await browser.get(path)).text


@pytest.mark.parametrize(
    ("answers", "path"),
    [
        ({"/seeking": listed(sought("sdg.4", first_seeking=[NAMED_CITY]))}, "/seeking"),
        ({"/requests/programmes": listed(supportable(illustrative=True))}, "/seeking/requests"),
        ({"/partners/fund": fund(illustrative=True)}, "/partners/fund/programmes/p1"),
    ],
)
async def test_illustrative_data_says_so(answers: Any, path: str) -> None:
    async with portal(answers) as browser:
        assert "Illustrative" in (await browser.get(path)).text


async def test_boards_are_tables_of_what_they_show() -> None:
    answers = {"/seeking": listed(sought("sdg.4", offering=0)), "/requests/programmes": listed(supportable())}
    seen: list[httpx.Request] = []
    async with portal(answers, seen) as browser:
        needs, requests = [
            await browser.get(f"{path}?subject=sdg.4&form=csv") for path in ("/seeking", "/seeking/requests")
        ]
    assert [dict(each.url.params) for each in seen] == [
        {"subject": "sdg.4", "limit": number} for number in ("100", "200")
    ]
    assert table(needs) == [
        ["subject", "seeking", "offering", "first_seeking", "first_offering"],
        ["sdg.4", "1", "0", "Espoo", ""],
    ]
    assert dict(zip(*table(requests), strict=True))["programmes"] == "Cities that read"


async def test_a_programme_has_its_page_to_which_its_partner_leads() -> None:
    answers = {"/partners/fund": fund(changed_on="2026-11-20"), "/partnerships": EMPTY}
    async with portal(answers) as browser:
        partner, programme = await browser.get("/partners/fund"), await browser.get("/partners/fund/programmes/p1")
        nothing = await browser.get("/partners/fund/programmes/p2")
    assert 'href="/partners/fund/programmes/p1"' in partner.text
    for expected in (
        'href="/partners/fund"', PARTNER["programmes"][0]["purpose"], "10,000 to 50,000 EUR", "500,000 EUR", "Africa",
        "at least 20,000", "Last changed on 20 November 2026.",
    ):  # fmt: skip
        assert expected in programme.text
    assert nothing.status_code == 404


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (listed(supportable()), "Cities that read"),
        (listed(supportable(programmes=[], programmes_total=0)), "No open programme fits it now."),
        (EMPTY, "No open programme fits it now."),
        (503, "This part is not available now."),
    ],
)
async def test_a_request_names_the_programmes_that_could_support_it(answer: Any, expected: str) -> None:
    request = REQUEST | {"request_id": "r1", "status": "published", "city_id": "espoo", "illustrative": False}
    request |= {"description": "", "starts": None, "ends": None}
    answers = {"/requests/r1": request, "/cities/espoo": city(), "/requests/programmes": answer}
    async with portal(answers) as browser:
        page = await browser.get("/requests/r1")
    assert page.status_code == 200
    assert expected in page.text

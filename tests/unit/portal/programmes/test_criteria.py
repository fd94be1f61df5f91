"""What a programme's form and a selection say, as matching is asked for it."""

from inspect import signature

import httpx
import pytest

from isopolity.client import matching
from isopolity.portal.domain.programmes.criteria import NAMES, choices_in, criteria_in, no_numbers
from tests.support.portal.partners import served
from tests.support.portal.service import form_token, portal, signed_in


def test_numbers_are_asked_for_as_numbers_and_what_is_none_is_left_out() -> None:
    stated = {"budget": 90_000, "grant_min": "-5", "grant_max": "12345678901", "population_min": "many"}
    criteria = criteria_in(stated | {"currency": "EUR", "countries": ["FI"], "name": "Read"})
    assert criteria == {
        "budget": 90_000,
        "grant_min": -5,
        "grant_max": 12_345_678_901,
        "currency": "EUR",
        "countries": ["FI"],
        "topics": [],
        "subjects": [],
        "supports": [],
        "regions": [],
    }
    assert no_numbers(stated) == {"population_min": "many"}


def test_all_that_a_selection_may_hold_is_asked_for() -> None:
    chosen = dict.fromkeys(NAMES, "1") | {"runs_on": "2027-02-01", "programme": "p1"}
    assert choices_in(chosen).keys() == set(NAMES)
    assert set(NAMES) <= signature(matching.partners.cities).parameters.keys()
    found = choices_in({"size_min": "5", "requests_only": "1", "payee": "A library", "runs_on": "20270201"})
    assert found == {"size_min": "5", "requests_only": True, "payee": "A library", "runs_on": "2027-02-01"}


@pytest.mark.parametrize(("typed", "is_asked"), [("many", False), ("1.5", False), ("-5", True), ("9" * 12, True)])
async def test_matching_judges_whole_numbers_and_the_page_what_is_none(typed: str, *, is_asked: bool) -> None:
    seen: list[httpx.Request] = []
    async with portal(served([]), seen) as browser:
        await signed_in(browser)
        token = form_token(await browser.get("/me/programmes/new"))
        form = {"form": token, "subjects-sdg.4": "1", "population_min": typed, "do": "count"}
        seen.clear()
        page = await browser.post("/me/programmes/new", data=form)
    assert page.status_code == 200
    asked = [each.url.params["population_min"] for each in seen if each.url.path.endswith("/reach")]
    assert asked == ([typed] if is_asked else [])
    assert ("We cannot count yet: Inhabitants, at least: Give a whole number." in page.text) != is_asked

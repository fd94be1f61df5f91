"""The countries with which a city cannot work, on a page of its own contacts."""

import json
from typing import Any

import httpx
import pytest
from httpx import codes

from tests.support.portal.service import CITY, OFFICE, answers, city, form_token, portal, signed_in

PATH = "/me/avoided"
ADDRESS = "/cities/espoo/avoided-countries"


def registry(countries: list[str], put: Any = None) -> dict[str, Any]:
    stated = {"version": 7, "countries": countries}
    return answers(CITY) | {"/cities/espoo": city(), ADDRESS: stated, f"PUT {ADDRESS}": put or stated}


async def sent(served: dict[str, Any], seen: list[httpx.Request], **typed: str) -> httpx.Response:
    async with portal(served, seen) as browser:
        await signed_in(browser)
        token = form_token(await browser.get(PATH))
        return await browser.post(PATH, data=typed | {"form": token, "version": "7"})


async def test_a_city_adds_a_country_and_takes_one_out() -> None:
    seen: list[httpx.Request] = []
    reply = await sent(registry(["NO", "SN"]), seen, **{"keep-NO": "1", "country": "PE"})
    assert (reply.status_code, reply.headers["location"]) == (303, f"{PATH}?saved=1")
    (change,) = [request for request in seen if request.method == "PUT"]
    assert (json.loads(change.content), change.headers["if-match"]) == ({"countries": ["NO", "PE"]}, '"7"')


async def test_the_page_says_who_reads_it_and_what_stands() -> None:
    async with portal(registry(["NO"])) as browser:
        await signed_in(browser)
        page = await browser.get(PATH)
        for expected in ("Nobody else reads this", "Norway</label>", 'name="keep-NO" value="1" checked', 'value="PE"'):
            assert expected in page.text


@pytest.mark.parametrize("status", [codes.UNPROCESSABLE_ENTITY, codes.PRECONDITION_FAILED])
async def test_what_was_chosen_is_shown_again_where_it_is_refused(status: int) -> None:
    problem = {"errors": [{"pointer": "/countries", "detail": "Name at most 10 countries."}]}
    page = await sent(registry(["NO"], httpx.Response(status, json=problem)), [], **{"keep-NO": "1", "country": "PE"})
    assert page.status_code == (codes.CONFLICT if status == codes.PRECONDITION_FAILED else status)
    expected = "Your profile has changed" if status == codes.PRECONDITION_FAILED else "Name at most 10 countries."
    assert expected in page.text
    for code in ("NO", "PE"):
        assert f'name="keep-{code}" value="1" checked' in page.text


@pytest.mark.parametrize("account", [OFFICE, CITY | {"member_kind": "partner", "member_id": "fund"}])
async def test_a_page_of_a_city_is_for_nobody_else(account: dict[str, Any]) -> None:
    async with portal(answers(account)) as browser:
        await signed_in(browser)
        assert (await browser.get(PATH)).headers["location"] == "/me"

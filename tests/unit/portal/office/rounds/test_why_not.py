"""Staff asks why a round did not choose a pair, and reads the pair's worth, what took its place, and the rule."""

from typing import Any

import httpx

from tests.support.portal.rounds import ROUND, SERVED
from tests.support.portal.service import HOSTILE, city, listed, portal, signed_in

TOLD = [f"{HOSTILE} and Lima score 0.61; Lima is paired with Espoo instead.", "With this pair, a rule would not hold."]
NAMES = {
    "espoo": [city()],
    "lima": [city(city_id="lima", name="Lima", country="PE")],
    "san": [city(city_id="s1", name=HOSTILE, country="CL"), city(city_id="s2", name="San José", country="CR")],
}
ACTS: dict[str, Any] = SERVED | {
    "/rounds/r1": ROUND,
    "/rounds/r1/why": {"chosen": [], "near": [], "told": TOLD},
    "/cities": lambda request: listed(*NAMES.get(request.url.params["text"].lower(), [])),
    "/partners": listed(),
}
PAGE = "/office/rounds/r1/why"


async def shown(
    query: str, seen: list[httpx.Request] | None = None, why: object = ACTS["/rounds/r1/why"]
) -> httpx.Response:
    async with portal(ACTS | {"/rounds/r1/why": why}, seen) as browser:
        await signed_in(browser)
        return await browser.get(f"{PAGE}?{query}")


async def test_the_page_of_a_round_leads_to_the_two_fields() -> None:
    async with portal(ACTS) as browser:
        await signed_in(browser)
        assert f'href="{PAGE}"' in (await browser.get("/office/rounds/r1")).text
        page = await browser.get(PAGE)
    assert ('name="a-name"' in page.text, 'name="b-name"' in page.text) == (True, True)
    assert "Nobody outside the office" not in page.text


async def test_two_members_of_one_name_each_are_told_at_once() -> None:
    seen: list[httpx.Request] = []
    page = await shown("a-name=Espoo&b-name=Lima", seen)
    assert "Lima is paired with Espoo instead." in page.text
    assert "With this pair, a rule would not hold." in page.text
    assert HOSTILE not in page.text
    (asked,) = [each.url.params for each in seen if each.url.path.endswith("/rounds/r1/why")]
    assert (asked["member"], asked["other"]) == ("espoo", "lima")


async def test_of_several_members_of_a_name_one_is_chosen_and_the_other_side_stays() -> None:
    page = await shown("a-name=san&b-name=Lima")
    assert "Which member is san?" in page.text
    assert HOSTILE not in page.text
    assert "Nobody outside the office" not in page.text
    assert 'href="/office/rounds/r1/why?a-name=San+Jos%C3%A9&amp;a=s2&amp;b-name=Lima&amp;b=lima"' in page.text
    assert "Lima is paired with Espoo" in (await shown("a-name=San&a=s2&b-name=Lima&b=lima")).text


async def test_a_name_that_nobody_has_is_told() -> None:
    page = await shown("a-name=%3Cnobody%3E&b-name=Lima")
    assert "No member with a place in rounds is called &lt;nobody&gt;." in page.text


async def test_a_pair_that_cannot_be_is_told_in_a_sentence() -> None:
    refused = httpx.Response(409, json={"code": "no-pair", "detail": "Two programmes are no pair."})
    page = await shown("a=p/q&b=p/r", why=refused)
    assert "Two programmes are no pair." in page.text

"""Staff reads out to a member what the member's own page says, and sees apart what a round tells."""

from typing import Any

from tests.support.portal.service import CITY, HOSTILE, STAFF, answers, city, listed, portal, signed_in

PAGE = "/office/members/cities/espoo/why"
OWNER: dict[str, Any] = {
    **dict.fromkeys(("programme_id", "programme_name", "now", "change")),
    "change_text": "If you also worked online, 3 cities more would fit <you>.",
    "missing": ["You have not said which languages you speak."],
    "partners": [{"text": "Of 464 cities none would fit you.", "ruled_out": [{"text": HOSTILE}]}],
}
KNOWN = {
    "/cities/espoo": city(),
    "/members/espoo/why": {"own": ["You pause until <May>."], "owners": [OWNER]},
    "/rounds": listed({"round_id": "r1"}),
    "/rounds/r1/why": {"chosen": [], "near": [], "told": ["Graz took the place of <Espoo>."]},
}


def between(page: str, first: str, last: str) -> str:
    return page.partition(first)[2].partition(last)[0].strip()


async def test_what_is_read_out_is_the_members_own_page_byte_for_byte() -> None:
    async with portal(answers(STAFF) | KNOWN) as browser:
        await signed_in(browser)
        of_staff = (await browser.get(PAGE)).text
    async with portal(answers(CITY) | KNOWN) as browser:
        await signed_in(browser)
        own = (await browser.get("/me/why")).text
    read_out = between(of_staff, '<div id="to-read-out">', "</div>\n<h2>Not to be read out</h2>")
    assert "Of 464 cities" in read_out
    assert read_out == between(own, "</h1>", '<p class="quiet">The numbers follow')


async def test_what_a_round_tells_stands_apart_and_is_asked_for_by_a_link() -> None:
    async with portal(answers(STAFF) | KNOWN) as browser:
        await signed_in(browser)
        first = (await browser.get(PAGE)).text
        page = (await browser.get(f"{PAGE}?round=r1")).text
    assert f'href="{PAGE}?round=r1"' in first
    assert "Graz" not in first
    to_read_out, _, apart = page.partition("<h2>Not to be read out</h2>")
    assert ("Graz" in to_read_out, "Graz took the place of &lt;Espoo&gt;." in apart) == (False, True)


async def test_a_round_that_cannot_tell_says_why() -> None:
    refused = KNOWN | {"/rounds/r1/why": 404, "/members/espoo/why": 404}
    async with portal(answers(STAFF) | refused) as browser:
        await signed_in(browser)
        assert "Matching does not know this member" in (await browser.get(PAGE)).text

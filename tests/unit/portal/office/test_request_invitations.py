"""A programme at the office: which cities could make a request, who is invited, and what became of it."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal import members
from tests.support.portal.service import HOSTILE, STAFF, answers, city, form_token, listed, portal, signed_in

PAGE = "/office/members/partners/fund/programmes/p1"
PROGRAMME = {"programme_id": "p1", "name": "Books", "budget": 9, "currency": "EUR", "grant_min": 1, "grant_max": 9}
FUND = {
    "partner_id": "fund", "name": "Fund", "kind": "foundation", "home_country": "CH", "version": 1,
    "status": "endorsed", "programmes": [PROGRAMME],
}  # fmt: skip
TOWN = {
    "city_id": "turku", "name": HOSTILE, "country": "FI", "region": "europe-north-america", "population": 9,
    "illustrative": False, "nearness": 1.0,
    "needs": [{"subject": "cluster.literacy", "mode": "training", "title": "Evening classes"}],
}  # fmt: skip
REQUESTS = {
    "open": 3, "fitting": 0, "looking": 7, "could_ask": 1, "text": "No open request fits “Books”.",
    "wider": ["1 open request would fit “Books” if it served other regions, too."],
}  # fmt: skip
TO_ASK: dict[str, Any] = {
    "programme_id": "p1", "name": "Books", "partner_id": "fund", "partner_name": "Fund", "requests": REQUESTS,
    "items": [TOWN], "total": 1,
}  # fmt: skip
SENT = {
    "invitation_id": "i1", "partner_id": "fund", "programme_id": "p1", "city_id": "espoo",
    "invited_at": "2026-11-01T09:00:00Z", "outcome": "sent", "request_id": None, "requested_at": None,
}  # fmt: skip
ASK = "/programmes/fund/p1/cities-to-ask"


def served(**more: Any) -> dict[str, Any]:
    found = {"/partners/fund": FUND, ASK: TO_ASK, "/invitations": listed(SENT), "/cities": listed(city())}
    return answers(STAFF) | found | more


async def opened(**more: Any) -> str:
    async with portal(served(**more)) as browser:
        await signed_in(browser)
        return (await browser.get(PAGE)).text


async def test_staff_reads_who_could_make_a_request_and_who_was_invited() -> None:
    page = await opened()
    for part in (
        "Requests for “Books”",
        "No open request fits “Books”.",
        "1 open request would fit “Books” if it served other regions, too.",
        "Evening classes",
        'name="tick-turku"',
        "no request since",
        "mail sent",
        "1 November 2026",
    ):
        assert part in page
    assert HOSTILE not in page


async def test_the_request_that_followed_is_linked() -> None:
    followed = SENT | {"request_id": "r1", "requested_at": "2026-11-05T09:00:00Z"}
    page = await opened(**{"/invitations": listed(followed)})
    assert '/requests/r1">made a request on' in page
    assert "5 November 2026" in page


async def test_who_was_invited_is_not_offered_again() -> None:
    page = await opened(**{"/invitations": listed(SENT | {"city_id": "turku"})})
    assert "tick-turku" not in page
    assert "All of them were invited." in page


async def test_whoever_was_invited_takes_no_place_of_those_who_were_not() -> None:
    sent = [SENT | {"city_id": f"c{number}"} for number in range(100)]
    found = [TOWN | {"city_id": f"c{number}"} for number in range(250)]

    def to_ask(request: httpx.Request) -> httpx.Response:
        limit = int(request.url.params["limit"])
        return httpx.Response(200, json=TO_ASK | {"items": found[:limit], "total": len(found)})

    async with portal(served(**{ASK: to_ask, "/invitations": listed(*sent)})) as browser:
        await signed_in(browser)
        opened_page = await browser.get(PAGE)
        page, token = opened_page.text, form_token(opened_page)
        assert ('name="tick-c99"' in page, 'name="tick-c100"' in page, 'name="tick-c199"' in page) == (
            False,
            True,
            True,
        )
        assert "More cities could make a request." in page
        answer = await browser.post(PAGE, data={"form": token, "do": "look", "tick-gone": "1"})
    assert "Invite 0 cities" not in answer.text
    assert "Nobody was invited." in answer.text


async def test_ticked_cities_are_shown_once_more_and_then_invited() -> None:
    seen: list[httpx.Request] = []
    receipt = {"invited": 1, "items": [{"city_id": "turku", "outcome": "invited"}]}

    def invitations(request: httpx.Request) -> dict[str, Any]:
        return receipt if request.method == "POST" else listed(SENT)

    async with portal(served(**{"/invitations": invitations}), seen) as browser:
        await signed_in(browser)
        token = form_token(await browser.get(PAGE))
        look = await browser.post(PAGE, data={"form": token, "tick-turku": "1", "do": "look"})
        assert not [each for each in seen if each.method == "POST" and each.url.path.endswith("/invitations")]
        assert "Invite 1 city to make a" in look.text
        assert "You cannot undo this" in look.text
        done = await browser.post(PAGE, data={"form": token, "tick-turku": "1", "do": "send"})
        assert done.headers["location"] == f"{PAGE}?invited=1"
        assert "Invited by mail: 1." in (await browser.get(done.headers["location"])).text
    (sent,) = (each for each in seen if each.method == "POST" and each.url.path.endswith("/invitations"))
    assert json.loads(sent.content) == {"partner_id": "fund", "programme_id": "p1", "city_ids": ["turku"]}


async def test_nobody_is_invited_without_a_tick() -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        token = form_token(await browser.get(PAGE))
        page = await browser.post(PAGE, data={"form": token, "do": "look"})
    assert "Tick at least one city of the list." in page.text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("paused=2", "They pause: 2."),
        ("invited-before=1", "Invited before: 1."),
        ("invited-lately=1", "within 30 days: 1."),
        ("no-contact=1", "Without a confirmed contact: 1."),
        ("not-a-member=1", "No members: 1."),
    ],
)
async def test_who_was_not_invited_is_counted_by_reason(query: str, sentence: str) -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        assert sentence in (await browser.get(f"{PAGE}?{query}")).text


async def test_a_closed_programme_invites_nobody() -> None:
    page = await opened(**{ASK: httpx.Response(404, json={"title": "none"})})
    assert "This programme is not open" in page
    assert "tick-" not in page


async def test_who_may_read_alone_sees_no_way_to_invite() -> None:
    reader = answers(STAFF | {"scopes": ["staff:read"]})
    async with portal(served() | reader) as browser:
        await signed_in(browser)
        page = (await browser.get(PAGE)).text
    assert "tick-turku" not in page
    assert "Requests for “Books”" in page


async def test_the_page_of_a_partner_leads_to_its_programmes() -> None:
    of_office = members.served(**{"/partners/fund": FUND, "/members/fund/partnerships": listed()})
    async with portal(of_office) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/members/partners/fund")).text
    assert f'href="{PAGE}"' in page

"""Every route of the network, asked by forgers, by other sites, and by links that lead elsewhere."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import jwt
import pytest

from isopolity.web.rate_limits import WRITES
from isopolity.web.tokens import AUDIENCE, ISSUER
from tests.support.access.network import COOKIE, KEY, URL, Known, bearer
from tests.support.access.orders import options_of
from tests.support.access.table import address, apis_and_pages, by_browser, read_table
from tests.support.keys import command_token

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
ELSEWHERE: Final = ("https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "javascript:alert(1)")
RETURNS: Final = ("next", "again", "return", "return_to", "redirect", "url", "to", "back", "continue")
"""Names under which programs are told where to go on."""


def tokens_that_do_not_count() -> dict[str, str]:
    """By what is wrong with them."""
    now = datetime.now(UTC)
    claims: dict[str, Any] = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "mallory", "scope": "staff operator member contacts:read",
        "iat": now, "exp": now + timedelta(minutes=5), "jti": "forged",
    }  # fmt: skip
    good = command_token(KEY, claims)
    head, body, _ = good.split(".")
    return {
        "of another key": command_token("another-key-that-nobody-here-knows-012345", claims),
        "of a shared secret": jwt.encode(claims, KEY, "HS256"),
        "unsigned": jwt.encode(claims, "", "none"),
        "with another's signature": f"{head}.{body}.{command_token(KEY, claims | {'sub': 'x'}).split('.')[2]}",
        "expired": command_token(KEY, claims | {"iat": now - timedelta(hours=2), "exp": now - timedelta(hours=1)}),
        "of another issuer": command_token(KEY, claims | {"iss": "https://elsewhere.example"}),
        "for another audience": command_token(KEY, claims | {"aud": "elsewhere"}),
        "nothing": "nothing",
    }


async def test_a_token_that_does_not_count_is_refused_wherever_one_is_asked_for(known: Known) -> None:
    rows, numbers, admitted = read_table(), count(100_000), []
    asks = [route for route in apis_and_pages(known)[0] if rows[route]["nobody"] == "401"]
    assert len(asks) > 80
    for route in asks:
        options = await options_of(route, known)
        method, _, path = route.partition(" ")
        for what, token in tokens_that_do_not_count().items():
            sent = {**options, "headers": options["headers"] | {"Authorization": f"Bearer {token}"}}
            answer = await known.ask(method, address(path, known.ids), next(numbers), **sent)
            admitted += [] if answer.status_code == 401 else [(route, what, answer.status_code)]
    assert not admitted


async def test_a_cookie_that_is_no_session_is_a_strangers(known: Known) -> None:
    rows, numbers, other = read_table(), count(200_000), []
    own = known.cookies["this member"]
    forged = ("", "x" * 43, own[:-1], own + "a", own.swapcase(), f"{own}; {COOKIE}={own[::-1]}")
    for route in apis_and_pages(known)[1]:
        if not route.startswith("GET") or rows[route]["nobody"] != "303 /sign-in":
            continue
        for cookie in forged:
            sent = {"headers": {"Cookie": f"{COOKIE}={cookie}"}}
            answer = await known.ask("GET", address(route[4:], known.ids), next(numbers), **sent)
            place = answer.headers.get("location", "").partition("?")[0]
            other += [] if place == "/sign-in" else [(route, cookie, answer.status_code)]
    assert not other


async def test_a_form_counts_only_as_a_page_of_the_session_sends_it(known: Known) -> None:
    """Not from another site, not without the token of its pages, not with that of another session."""
    numbers, taken = count(300_000), []
    cookie = known.cookies["this member"]
    forms = [route for route in apis_and_pages(known)[1] if route.startswith("POST")]
    assert len(forms) > 10
    for route in forms:
        good = by_browser(await options_of(route, known), "POST", cookie)
        foreign = by_browser(await options_of(route, known), "POST", known.cookies["another member"])
        for what, change in {
            "from another site": {"headers": good["headers"] | {"Sec-Fetch-Site": "cross-site"}},
            "from a neighbour": {"headers": good["headers"] | {"Sec-Fetch-Site": "same-site"}},
            "from an unknown place": {"headers": _without_site(good)},
            "from another origin": {"headers": _without_site(good) | {"Origin": "https://elsewhere.example"}},
            "from a hidden origin": {"headers": _without_site(good) | {"Origin": "null"}},
            "without the token": {"data": {name: text for name, text in good["data"].items() if name != "form"}},
            "with another's token": {"data": foreign["data"]},
        }.items():
            answer = await known.ask("POST", address(route[5:], known.ids), next(numbers), **{**good, **change})
            taken += [] if answer.status_code == 403 else [(route, what, answer.status_code)]
    assert not taken


def _without_site(sent: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in sent["headers"].items() if name != "Sec-Fetch-Site"}


@pytest.mark.parametrize(
    "place", [ELSEWHERE[0], *(pytest.param(each, marks=pytest.mark.long) for each in ELSEWHERE[1:])]
)
async def test_no_page_leads_elsewhere_whatever_its_address_says(known: Known, place: str) -> None:
    numbers, led = count(400_000 + 10_000 * ELSEWHERE.index(place)), []
    pages = [route for route in apis_and_pages(known)[1] if route != "POST /sign-in/{secret}"]
    for route in (*pages, "GET /notify/answer/{token}", "POST /notify/answer/{token}"):
        method, _, path = route.partition(" ")
        options = by_browser(await options_of(route, known), method, known.cookies["this member"])
        named = dict.fromkeys(RETURNS, place)
        sent = {**options, "params": named} | ({"data": {**options["data"], **named}} if "data" in options else {})
        asked = address(path, known.ids)
        answer = await known.ask(method, asked, next(numbers), **sent)
        went = urljoin(URL + asked, answer.headers.get("location", ""))
        led += [(route, went)] if urlsplit(went).netloc != urlsplit(URL).netloc else []
        led += [(route, "a link")] if f'href="{place}' in answer.text else []
    for path in ("//elsewhere.example", "//elsewhere.example/..", "/%5Celsewhere.example", "/\\elsewhere.example/"):
        answer = await known.ask("GET", URL + path, next(numbers))
        assert "location" not in answer.headers
    assert not led


async def test_a_link_that_is_spent_ended_or_forged_lets_nobody_in(known: Known) -> None:
    secret = known.ids["secret"]
    for forged in (secret[:-1], secret + "a", secret.swapcase(), "none", "%00"):
        answer = await known.ask("POST", f"/sign-in/{forged}", 500_000, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code in (404, 410, 422), forged
        assert not answer.cookies
        spent = await known.ask("POST", "/registry/v1/sign-ins/exchange", 500_001, json={"secret": forged})
        assert spent.status_code in (410, 422)


async def test_one_members_token_reads_nothing_of_another_under_its_own_address(known: Known) -> None:
    """With both ids in the request: the path's and the query's."""
    own = known.headers("another member")
    for path in (
        f"/matching/v1/members/{known.ids['member_id']}/proposals?member_id={known.ids['another']}",
        f"/registry/v1/contacts?member_id={known.ids['member_id']}&member_id={known.ids['another']}",
        f"/registry/v1/contacts?member_id={known.ids['another']}&member_id={known.ids['member_id']}",
    ):
        answer = await known.ask("GET", path, 600_000, headers=own)
        assert answer.status_code in (403, 422) or known.ids["contact_id"] not in answer.text


async def test_of_the_operators_alone_no_scope_is_enough_for_another(known: Known) -> None:
    for scopes, expected in ((("member",), 403), (("contacts:read",), 403), ((), 403), (("Staff",), 403)):
        answer = await known.ask("GET", "/matching/v1/proposals", 700_000, headers=bearer(*scopes))
        assert answer.status_code == expected


async def test_a_visitor_of_the_portal_who_asks_too_often_is_in_nobody_elses_way(known: Known) -> None:
    """The services count the portal's visitors by their own addresses, also where it asks them in process."""
    sent = by_browser(await options_of("POST /sign-in/code", known), "POST", None)
    often = range(2 * int(WRITES.burst))
    statuses = [(await known.ask("POST", "/sign-in/code", 800_000, **sent)).status_code for _ in often]
    assert set(statuses) == {422, 429}
    assert (await known.ask("POST", "/sign-in/code", 800_001, **sent)).status_code == 422

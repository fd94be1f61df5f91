"""Every route, asked with the ids of one city by all kinds of callers who have no part in it.

Invariant: whoever has no part in a city gets of it what a stranger gets, byte by byte, and changes nothing.
"""

import re
from itertools import count
from typing import Any, Final

import httpx
import pytest

from tests.support.access.network import Known, bearer
from tests.support.access.orders import options_of
from tests.support.access.table import SERVICES, address, by_browser, routes_of

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
IDS: Final = frozenset({
    "city_id", "member_id", "contact_id", "request_id", "twinning_id", "proposal_id", "partnership_id", "session_id",
    "application_id", "mail_id", "person_id", "partner_id", "programme_id", "import_id", "round_id",
    "change_id",
})  # fmt: skip
"""Path parameters that name something of the city, of its partner or of the office; no caller here has part in them."""
CALLERS: Final = (
    "another city",
    "another city's approver",
    "another foundation",
    "a member without a member",
    "a service",
    "a scope of nothing",
)
OWN: Final = {
    "GET /registry/v1/sessions": "of the caller alone",
    "GET /registry/v1/passkeys": "of the caller alone",
    "POST /registry/v1/sessions/end-others": "of the caller alone",
    "POST /registry/v1/sign-ins/exchange": "the link is in the caller's hands, and begins another session each time",
    "POST /registry/v1/twinnings": "the caller claims it for itself, and the other side has to confirm it",
    "GET /notify/v1/introductions": "of the caller alone: the named proposal is not among them",
    "GET /notify/v1/telephone-answers": "of the caller alone",
}
"""Routes where somebody who has signed in gets more than a stranger, and why that is nothing of the city's."""
READ_BY_SERVICES: Final = {
    "GET /registry/v1/contacts",
    "GET /registry/v1/contacts/{contact_id}",
    "POST /registry/v1/contacts/lookup",
}
"""By the scope of the machines of the network, which none of them gets from outside."""


def token_of(caller: str, known: Known) -> dict[str, str]:
    """The header of the caller's token; each is a token that the network accepts."""
    another = known.ids["another"]
    return {
        "another city": known.headers("another member"),
        "another city's approver": bearer("member", subject="approver", member_id=another),
        "another foundation": bearer("member", subject="officer", member_id=known.ids["duplicate"]),
        "a member without a member": bearer("member", subject="member-of-nothing"),
        "a service": bearer("contacts:read", subject="another program"),
        "a scope of nothing": bearer("Staff", "staff:all", "operator:", "member:", subject="nothing"),
    }[caller]


def named_routes(known: Known) -> list[str]:
    """Routes of the services that name one of the ids, in their path or in what is sent to them."""
    routes = [route for name in SERVICES for route in routes_of(known)[name] if route.split("/")[1] in SERVICES]
    return [route for route in routes if IDS & set(re.findall(r"{(\w+)", route)) or "{" not in route]


async def answer(known: Known, route: str, headers: dict[str, str], number: int) -> httpx.Response:
    method, _, template = route.partition(" ")
    options = await options_of(route, known)
    sent = {**options, "headers": options["headers"] | headers}
    return await known.ask(method, address(template, known.ids), number, **sent)


@pytest.mark.parametrize(
    "caller",
    [CALLERS[0], CALLERS[2], *(pytest.param(c, marks=pytest.mark.long) for c in (*CALLERS[1:2], *CALLERS[3:]))],
)
async def test_who_has_no_part_in_a_city_gets_and_does_what_a_stranger_may(known: Known, caller: str) -> None:
    more: list[Any] = []
    numbers = count(1_000_000 + 10_000 * CALLERS.index(caller))
    routes = named_routes(known)
    assert len(routes) > 100
    token = token_of(caller, known)
    for route in routes:
        theirs = await answer(known, route, token, next(numbers))
        if not theirs.is_success:
            continue
        if route in OWN:
            more += [(route, secret) for secret in secrets_of(known) if secret in theirs.text]
            continue
        if caller == "a service" and route in READ_BY_SERVICES:
            continue
        strangers = await answer(known, route, {}, next(numbers))
        if (strangers.status_code, unmoving(strangers)) != (theirs.status_code, unmoving(theirs)):
            more.append((route, strangers.status_code, theirs.status_code))
    assert not more


def secrets_of(known: Known) -> list[str]:
    """Ids and addresses of the city's people, and of what goes on with it."""
    ids = [known.ids[name] for name in ("contact_id", "session_id", "mail_id", "confirmation_id", "proposal_id")]
    return [*ids, "this-member@network.example", "its-approver@network.example"]


def unmoving(answer: httpx.Response) -> str:
    """The body without what differs from one request to the next: ids that were just made, moments, pages' cursors."""
    return re.sub(
        r'"[\w-]*(?:_id|_at|_until|until|cursor|next|id)": ?"[^"]*"|\d{4}-\d\d-\d\dT[\d:.]+Z?', "", answer.text
    )


async def test_the_pages_of_another_session_hold_nothing_of_the_city_that_strangers_do_not_read(known: Known) -> None:
    """Of pages that are there for somebody who has signed in: no name, address or id of the city's people."""
    numbers, leaked = count(1_200_000), []
    pages = [route for name in ("portal",) for route in routes_of(known)[name] if route.split("/")[1] not in SERVICES]
    asked = 0
    for route in pages:
        method, _, template = route.partition(" ")
        if method != "GET":
            continue
        sent: dict[str, Any] = by_browser({"headers": {}}, method, known.cookies["another member"])
        path = address(template, known.ids)
        got = await known.ask(method, path, next(numbers), **sent)
        asked += 1
        leaked += [(route, secret) for secret in secrets_of(known) if secret in got.text and secret not in path]
    assert asked > 40
    assert not leaked

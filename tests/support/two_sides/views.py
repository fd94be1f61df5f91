"""All that a side can observe: each page of the portal, each reading route of the services' APIs, each of its mails.

Routes are read off the applications, so that a new one is looked at without being named here. Ids and secrets of the
system's making are random; they are called by name, or numbered as they appear, so that views can be compared.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.policy import default
from functools import cache
from itertools import product
from typing import Final

import httpx
from fastapi import FastAPI

from isopolity.portal.entrypoints.http.app import PAGES
from tests.support.two_sides.cast import Cast, Member, Pair
from tests.support.two_sides.drawn_tokens import with_named_tokens
from tests.support.two_sides.world import ADDRESS, World

Views = Mapping[str, bytes]
"""What a side sees, by the name of the page, route or mail."""
OPERATIONS: Final = ("/health/", "/metrics")
"""Parts of paths that load balancers and operators look at, from inside only; they tell no member anything."""
NOT_LOOKED_AT: Final = (
    *("/sign-", "/join", "/commission/", "/docs"),
    *("/parts", "/about", "/imprint", "/privacy", "/accessibility"),
    *("/office", "/operations"),
)
"""Beginnings of pages that show nothing of members, or, as the table of routes and visitors has it, only to staff."""
_OPAQUE: Final = re.compile(
    rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    rb"|(?<=/notify/answer/)[\w.=-]+"  # a signed link
    rb'|(?<=name="form" value=")[0-9a-f]+'  # the token of a page's form
)
_PARAMETER: Final = re.compile(r"{(\w+)(?::\w+)?}")


async def seen_by_anybody(world: World, cast: Cast) -> Views:
    """Views of a visitor who has not signed in."""
    found = {f"page {path}": await _got(world, path) for path in _paths_of_pages(cast)}
    found |= {f"API {path}": await _got(world, path) for path in _paths_of_apis(world, cast, None)}
    return {_named(f"anybody {what}", world): view for what, view in found.items() if view is not None}


async def seen_by(world: World, pair: Pair, cast: Cast, browser: httpx.AsyncClient) -> Views:
    """Views of the observing side of a pair; `browser` has signed in for it."""
    me, found = pair.observing, dict[str, bytes | None]()
    for path in _paths_of_pages(cast, pair):
        found[f"page {path}"] = _bytes(await browser.get(path), world)
    for path in _paths_of_apis(world, cast, pair):
        found[f"API {path}"] = await _got(world, path, me)
    for number, mail in enumerate(_mails_to(me, world)):
        found[f"mail {number}"] = _with_names(_unwrapped(mail), world)
        for link in answer_links(mail):
            found[f"link in mail {number}"] = _bytes(await world.client.get(link), world)
    return {_named(f"{me.name} {what}", world): view for what, view in found.items() if view is not None}


async def read_by_telephone(world: World, pair: Pair, path: str) -> Views:
    """What staff reads at `path` of a call of the observing side, and that side's mails with the pages behind them."""
    me = pair.observing
    found = {"line": _bytes(await world.client.get(path, headers=world.bearer(None, "somebody")), world)}
    for number, mail in enumerate(_mails_to(me, world)):
        found[f"mail {number}"] = _with_names(_unwrapped(mail), world)
        for link in answer_links(mail):
            found[f"link in mail {number}"] = _bytes(await world.client.get(link), world)
    return {_named(f"{me.name} {what}", world): view for what, view in found.items()}


async def _got(world: World, path: str, member: Member | None = None) -> bytes | None:
    """What the member, or anybody, is answered; None where it may not ask at all, which is not asked again."""
    if (path, member) in world.forbidden:
        return None
    headers = {} if member is None else world.bearer(member.member_id, member.contact_id)
    response = await world.client.get(path, headers=headers)
    if response.status_code in _FORBIDDEN:
        world.forbidden.add((path, member))
        return None
    return _bytes(response, world)


_FORBIDDEN: Final = (401, 403)


@asynccontextmanager
async def signed_in(world: World, member: Member) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which the member's contact has signed in by a mailed link."""
    headers = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
    async with httpx.AsyncClient(transport=world.transport, base_url=ADDRESS, headers=headers, timeout=60) as browser:
        await browser.post("/sign-in", data={"email": member.email})
        await world.quiet()
        links = [link for mail in _all_mails_to(member, world) for link in _sign_in_links(mail)]
        done = await browser.post(links[-1])
        assert done.status_code == 303, done.text
        yield browser


def _paths_of_pages(cast: Cast, pair: Pair | None = None) -> Iterator[str]:
    for route in PAGES:
        hidden = NOT_LOOKED_AT if pair is not None else (*NOT_LOOKED_AT, "/me")  # which asks strangers to sign in
        if "GET" in (route.methods or ()) and not route.path.startswith(hidden):
            yield from _filled(route.path, cast, pair)


def _paths_of_apis(world: World, cast: Cast, pair: Pair | None) -> Iterator[str]:
    for name in ("registry", "matching", "notify"):
        if name not in _READING:
            _READING[name] = _reading(world.services[name].app)
        for path in _READING[name]:
            yield from _filled(path, cast, pair)
    for member in cast.members if pair is None else pair.members:
        yield from (f"{path}={member.member_id}" for path in _LISTS)
    if pair is not None and (programme_id := pair.acting.programme_id or pair.observing.programme_id):
        one, other = (member.member_id for member in pair.members)
        yield f"/matching/v1/pairs/{one}/{other}?programme_id={programme_id}"


def _reading(app: FastAPI) -> tuple[str, ...]:
    paths = app.openapi()["paths"].items()
    return tuple(
        sorted(path for path, methods in paths if "get" in methods and not any(part in path for part in OPERATIONS))
    )


_READING: Final[dict[str, tuple[str, ...]]] = {}
"""The routes of a service that read; they are the same in all worlds, and take a third of a second to find."""
_LISTS: Final = (
    "/registry/v1/requests?status=any&city_id",
    "/registry/v1/requests?city_id",
    "/registry/v1/twinnings?status=any&city_id",
    "/registry/v1/contacts?member_id",
    "/matching/v1/partnerships?member_id",
)


def _filled(path: str, cast: Cast, pair: Pair | None) -> Iterator[str]:
    """The path with each possible id in it; empty without one.

    A side looks at itself and the other: what it sees of third parties is what anybody sees.
    """
    members = cast.members if pair is None else pair.members
    proposals = [each.proposal_id for each in cast.pairs if pair in (None, each)]
    known = {
        "city_id": [each.member_id for each in members if each.kind == "city"],
        "partner_id": [each.member_id for each in members if each.kind == "partner"],
        "member_id": [each.member_id for each in members],
        "a": [members[0].member_id],
        "b": [members[1].member_id],
        "programme_id": [each.programme_id for each in members if each.programme_id],
        "request_id": [each.request_id for each in members if each.request_id],
        "contact_id": [each.contact_id for each in members],
        "proposal_id": proposals,
        "kind": ["cities", "partners", "requests", "twinnings", "contacts"],
    }
    names = _PARAMETER.findall(path)
    for values in product(*(known.get(name, ()) for name in names)):
        filled = path
        for value in values:
            filled = _PARAMETER.sub(value, filled, count=1)
        yield filled


def _bytes(response: httpx.Response, world: World) -> bytes:
    """Status, headers and body."""
    headers = b"\n".join(b"%s: %s" % pair for pair in response.headers.raw if pair[0] not in _OF_ITS_OWN)
    return _with_names(b"%d\n%s\n\n%s" % (response.status_code, headers, response.content), world)


_OF_ITS_OWN: Final = (b"content-length", b"x-correlation-id", b"set-cookie")
"""Headers that depend on the request itself."""


def _with_names(text: bytes, world: World) -> bytes:
    """The text with names and numbers for ids and secrets."""
    numbers: dict[bytes, bytes] = {}

    def name(found: re.Match[bytes]) -> bytes:
        known = world.names.get(found[0].decode())
        return f"<{known}>".encode() if known else numbers.setdefault(found[0], b"<%d>" % len(numbers))

    return _OPAQUE.sub(name, with_named_tokens(text, world.names))


def _named(text: str, world: World) -> str:
    return _with_names(text.encode(), world).decode()


def _mails_to(member: Member, world: World) -> list[bytes]:
    """The mails to the member, without sign-in mails, which the member itself requests."""
    return [mail for mail in _all_mails_to(member, world) if not _sign_in_links(mail)]


def _all_mails_to(member: Member, world: World) -> list[bytes]:
    return [letter.content for letter in world.mailer.delivered if letter.recipient == member.email]


def answer_links(mail: bytes) -> list[str]:
    """The paths of the answer links in a mail."""
    return re.findall(rf"{ADDRESS}(/notify/answer/\S+)", _text(mail))


def _sign_in_links(mail: bytes) -> list[str]:
    return re.findall(rf"{ADDRESS}(/sign-in/\S+)", _text(mail))


@cache
def _text(mail: bytes) -> str:
    body = message_from_bytes(mail, policy=default).get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


def _unwrapped(mail: bytes) -> bytes:
    """The mail with all its texts as they are read: where lines are broken, a random link may fall apart anywhere."""
    message = message_from_bytes(mail, policy=default)
    head = "".join(f"{name}: {value}\n" for name, value in message.items() if name.lower() != "content-type")
    parts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    return "\n".join([head, *parts]).encode()

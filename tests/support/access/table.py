"""The table of routes and visitors: filled by requests to the running network, written as `docs/access.md`.

`python -m tests.support.access.table` writes the document anew; a test compares it with the answers.
"""

import asyncio
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
from starlette.routing import Mount

from isopolity.portal.adapters.encryption import form_token
from isopolity.portal.entrypoints.http.form_tokens import FIELD as FORM_TOKEN
from tests.support.access.network import COOKIE, URL, VISITORS, Known, known_network
from tests.support.access.orders import options_of

DOCUMENT: Final = Path(__file__).parents[3] / "docs" / "access.md"
Table = Mapping[str, Mapping[str, str]]
"""The answer that each visitor gets, by route."""
SERVICES: Final = ("registry", "matching", "notify", "portal")
_NEW_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Matches an id that the request created."""
_HEAD: Final = """# Who gets what

Every route of the network, asked by every kind of visitor; written by `python -m tests.support.access.table`, which
asks them, and compared with the answers by a test. A route that is new makes it fail until the table has its row.

*Nobody* sends no token. *This member* is the coordinator of the city that the entry belongs to (its profile, request,
contact, proposal, partnership, session), *its approver* an approver of that city, *another member* the coordinator of
a city that has no part in it. *Staff* and *operator* have that scope alone, with all its rights; *who reads* is
staff with the right to read alone. All come from outside, so what is for the
machines of the network only is not there for them.

A number is the status of the answer to a request whose fields are right: 2xx done, 303 on to the page named, 401 sign
in, 403 not for you, 404 not there for you, 409, 410 and 422 admitted, but the entry of the test does not allow it.
"""


def routes_of(known: Known) -> dict[str, list[str]]:
    """Routes as `METHOD /path`, by their service."""
    found = {name: sorted(set(_routes(known.network.services[name].app.routes, ""))) for name in SERVICES}
    return {name: sorted(routes, key=lambda route: route.partition(" ")[::-1]) for name, routes in found.items()}


def _routes(routes: Sequence[Any], prefix: str) -> Iterator[str]:
    for route in routes:
        if isinstance(route, Mount):
            yield from _routes(route.routes, prefix + route.path)
        else:
            for method in route.methods - {"HEAD"}:
                yield f"{method} {prefix}{route.path}"


def apis_and_pages(known: Known) -> tuple[list[str], list[str]]:
    """Routes that take tokens, and routes of pages, which take the portal's cookie."""
    routes = [route for each in routes_of(known).values() for route in each]
    apis = [route for route in routes if route.split("/")[1] in SERVICES]
    return apis, [route for route in routes if route not in apis]


async def asked_table(known: Known, visitors: Sequence[str] = VISITORS, first: int = 1) -> Table:
    """The answers that these visitors get on each route.

    Each request has its own client address, numbered from `first` on, so that no limit counts them together.
    """
    numbers = count(first)
    table = {}
    for routes in routes_of(known).values():
        for route in routes:
            options = await options_of(route, known)
            table[route] = {visitor: await _cell(known, route, visitor, options, next(numbers)) for visitor in visitors}
    return table


async def _cell(known: Known, route: str, visitor: str, options: dict[str, Any], number: int) -> str:
    method, _, template = route.partition(" ")
    sent = {**options, "headers": dict(options["headers"])}
    if route.split("/")[1] in SERVICES:
        sent["headers"] |= known.headers(visitor)
    else:
        sent = by_browser(sent, method, known.cookies.get(visitor))
    return _status_of(await known.ask(method, address(template, known.ids), number, **sent), known.ids)


def by_browser(sent: dict[str, Any], method: str, cookie: str | None) -> dict[str, Any]:
    """The request `sent` as a page of the portal sends it."""
    sent["headers"]["Sec-Fetch-Site"] = "same-origin"
    if cookie is not None:
        sent["headers"]["Cookie"] = f"{COOKIE}={cookie}"
        if method == "POST":
            sent["data"] = {**sent.get("data", {}), FORM_TOKEN: form_token(cookie)}
    return sent


def address(template: str, ids: Mapping[str, str]) -> str:
    """The path with an id in the place of each parameter."""
    of_links = {"notify": "confirming", "join": "link"}  # "secret" is that of a link to sign in
    known = {**ids, "secret": ids[of_links.get(template.split("/")[1], "secret")]}
    return re.sub(r"{(\w+)[^}]*}", lambda name: known.get(name[1], "none"), template)


def _status_of(answer: httpx.Response, ids: Mapping[str, str]) -> str:
    """The status, and the address of a redirect; without the page that signing in leads back to."""
    place = answer.headers.get("location", "").removeprefix(URL) if answer.is_redirect else ""
    place = "/sign-in" if place.startswith("/sign-in?back=") else place
    for name, value in ids.items():
        place = place.replace(value, f"{{{name}}}") if len(value) > 20 else place
    place = _NEW_ID.sub("{id}", place)
    return f"{answer.status_code} {place}".strip()


def written(table: Table) -> str:
    """The table as the Markdown document."""
    lines = [_HEAD]
    heading = f"| Route | {' | '.join(VISITORS)} |\n|{'---|' * (len(VISITORS) + 1)}"
    for service in SERVICES:
        own = {route: row for route, row in table.items() if route.split("/")[1] == service}
        if service == "portal":
            own |= {route: row for route, row in table.items() if route.split("/")[1] not in SERVICES}
        rows = [f"| `{route}` | {' | '.join(row[visitor] for visitor in VISITORS)} |" for route, row in own.items()]
        lines.append(f"\n## {service}\n\n{heading}\n" + "\n".join(rows) + "\n")
    return "".join(lines)


def read_table() -> Table:
    """The table that the document holds."""
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]
    return {route.strip("`"): dict(zip(VISITORS, cells, strict=True)) for route, *cells in rows}


async def _write() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with known_network(Path(folder)) as known:
            DOCUMENT.write_text(written(await asked_table(known)), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(_write())

"""On every route a caller is admitted before anything that it sends is read or checked."""

from collections.abc import AsyncIterator, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from isopolity.web.security import Admission
from tests.support.access.network import Known, bearer, known_network
from tests.support.access.table import SERVICES, address, read_table

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
JSON: Final = {"Content-Type": "application/json"}
MALFORMED: Final[Mapping[str, Mapping[str, Any]]] = {
    "no JSON": {"content": b'{"a": ', "headers": JSON},
    "no UTF-8": {"content": b'{"a": "\xff"}', "headers": JSON},
    "too deep": {"content": b"[" * 100, "headers": JSON},
    "other fields": {"json": {"nothing": {"that": ["anybody", "knows"]}}},
    "no object": {"json": [1]},
    "a form": {"data": {"nothing": "known"}},
    "a file": {"files": {"nothing": ("empty.csv", b"")}},
    "a query that nobody knows": {"params": {"nothing": "known"}},
    "a key that is none": {"json": {}, "headers": {"Idempotency-Key": " "}},
    "a version that is none": {
        "content": b"{",
        "headers": {"If-Match": "nothing", "Content-Type": "application/merge-patch+json"},
    },
}


def asking(known: Known) -> list[str]:
    """The routes of all services that admit callers by scope."""
    return [
        f"{method} {route.path}"
        for name in SERVICES
        for route in known.network.services[name].app.routes
        if isinstance(route, APIRoute) and any(isinstance(call, Admission) for call in calls(route.dependant))
        for method in route.methods or ()
    ]


def calls(dependant: Dependant) -> Iterator[Any]:
    """What is called before a route."""
    for each in dependant.dependencies:
        yield each.call
        yield from calls(each)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def known(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Known]:
    folder: Path = tmp_path_factory.mktemp("network")
    async with known_network(folder) as opened:
        yield opened


@pytest.mark.parametrize(
    ("caller", "headers", "status"),
    [("nobody", {}, 401), ("another's token", {"Authorization": "Bearer nothing"}, 401), ("no scope", None, 403)],
)
async def test_what_is_malformed_is_not_looked_at_for_who_is_not_admitted(
    known: Known, caller: str, headers: Mapping[str, str] | None, status: int
) -> None:
    numbers, looked_at, asks = count(500_000 + status * 10_000 + len(caller)), [], asking(known)
    sent_by = bearer("nothing") if headers is None else headers
    for route in asks:
        method, _, path = route.partition(" ")
        for what, sent in MALFORMED.items():
            options = {**sent, "headers": {**sent.get("headers", {}), **sent_by}}
            answer = await known.ask(method, address(path, known.ids), next(numbers), **options)
            looked_at += [] if answer.status_code == status else [(route, what, answer.status_code)]
    assert not looked_at


async def test_each_route_that_asks_for_a_token_says_so_before_it_is_called(known: Known) -> None:
    asks = asking(known)
    rows = {route: row for route, row in read_table().items() if route.split("/")[1] in SERVICES}
    assert len(asks) > 150
    assert {route for route, row in rows.items() if row["nobody"] == "401"} == set(asks) & set(rows)

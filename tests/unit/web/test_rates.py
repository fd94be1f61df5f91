"""How often one client address may ask, on a clock that stands still."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from isopolity.web.paging import cursor_after_full_page, identifier_in, one_page, opaque_cursor
from isopolity.web.problems import Problem
from isopolity.web.rate_limits import READS, WRITES, Rate, RateLimit, TokenBuckets, client_key

CITY = "/applications/v1/cities/a"
CITIES = "/applications/v1/cities"
_OFTEN = int(WRITES.burst) + 10


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def _on_the_clock(app: FastAPI, clock: Clock) -> None:
    (limit,) = [entry for entry in app.user_middleware if getattr(entry.cls, "__name__", "") == RateLimit.__name__]
    limit.kwargs["clock"] = clock


def client(app: FastAPI, host: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(host, 1)), base_url="http://network.example")


async def statuses(http: httpx.AsyncClient, method: str, path: str, number: int, **headers: str) -> list[int]:
    asked = [(await http.request(method, path, json={}, headers=headers)) for _ in range(number)]
    return [response.status_code for response in asked]


async def test_a_stranger_who_writes_too_often_is_told_when_to_come_back(app: FastAPI, clock: Clock) -> None:
    async with client(app, "203.0.113.7") as http:
        burst = int(WRITES.burst)
        assert await statuses(http, "POST", CITIES, burst) == [200] * burst
        refused = await http.post(CITIES, json={})
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
        assert refused.json()["type"] == "urn:isopolity:problem:too-many-requests"
        assert refused.headers["X-Content-Type-Options"] == "nosniff"
        assert (await http.get(CITY)).status_code == 200
        clock.now += 1
        assert await statuses(http, "POST", CITIES, 2) == [200, 429]


async def test_others_are_not_held_up_by_it(app: FastAPI) -> None:
    async with client(app, "203.0.113.7") as one, client(app, "203.0.113.8") as other:
        await statuses(one, "POST", CITIES, int(WRITES.burst) + 1)
        assert (await other.post(CITIES, json={})).status_code == 200


async def test_reading_is_limited_too_but_generously(app: FastAPI) -> None:
    async with client(app, "203.0.113.7") as http:
        assert 429 not in await statuses(http, "GET", CITY, int(READS.burst))
        assert (await http.get(CITY)).status_code == 429


async def test_who_brings_a_token_that_is_accepted_is_not_counted(app: FastAPI, bearer: dict[str, str]) -> None:
    async with client(app, "203.0.113.7") as http:
        assert set(await statuses(http, "POST", CITIES, 100, **bearer)) == {200}


MADE_UP: list[dict[str, str]] = [
    {"Authorization": "Bearer made-up"},
    {"Authorization": "Basic YW5uYTpzM2NyZXQ="},
    {"Authorization": "made-up"},
    {"Authorization": ""},
]


@pytest.mark.parametrize("header", MADE_UP, ids=lambda header: header["Authorization"] or "empty")
@pytest.mark.parametrize(("method", "path", "rate"), [("GET", CITY, READS), ("POST", CITIES, WRITES)])
async def test_a_made_up_header_changes_no_limit(
    app: FastAPI, header: dict[str, str], method: str, path: str, rate: Rate
) -> None:
    async with client(app, "203.0.113.7") as http:
        half = int(rate.burst) // 2
        found = [*await statuses(http, method, path, half, **header), *await statuses(http, method, path, half)]
        assert 429 not in found
        assert (await http.request(method, path, json={}, headers=header)).status_code == 429
        assert (await http.request(method, path, json={})).status_code == 429


async def test_made_up_tokens_keep_nobody_out_whose_own_is_accepted(app: FastAPI, bearer: dict[str, str]) -> None:
    async with client(app, "203.0.113.7") as http:
        assert 429 in await statuses(http, "POST", CITIES, _OFTEN, Authorization="Bearer made-up")
        assert set(await statuses(http, "POST", CITIES, 10, **bearer)) == {200}
        assert set(await statuses(http, "GET", CITY, 10, **bearer)) == {200}


@pytest.mark.parametrize("path", ["/openapi.json", "/applications/v1/form"])
async def test_who_brings_an_accepted_token_is_not_counted_where_nobody_asks_for_it(
    app: FastAPI, bearer: dict[str, str], path: str
) -> None:
    async with client(app, "203.0.113.7") as http:
        assert 429 not in await statuses(http, "POST", path, _OFTEN, **bearer)


async def test_many_at_once_are_no_way_round(app: FastAPI) -> None:
    """Each is counted before its body has come."""
    let_in = asyncio.Event()

    async def slow_body() -> AsyncIterator[bytes]:
        await let_in.wait()
        yield b"{}"

    async def post(http: httpx.AsyncClient) -> int:
        headers = {"Content-Type": "application/json", "Authorization": "Basic x"}
        return (await http.post("/applications/v1/imports", content=slow_body(), headers=headers)).status_code

    async with client(app, "203.0.113.7") as http:
        burst = int(WRITES.burst)
        asked = [asyncio.create_task(post(http)) for _ in range(burst + 10)]
        async with asyncio.timeout(60):
            for refused in asyncio.as_completed(asked[burst:]):
                await refused
        let_in.set()
        assert Counter(await asyncio.gather(*asked)) == {200: burst, 429: 10}


async def test_this_machine_is_not_counted_unless_a_proxy_speaks_for_another(app: FastAPI) -> None:
    async with client(app, "127.0.0.1") as http:
        assert 429 not in await statuses(http, "POST", CITIES, 100)
        assert 429 in await statuses(http, "POST", CITIES, 100, **{"X-Forwarded-For": "203.0.113.7"})


def test_buckets_remember_so_many_addresses_at_most_and_forget_the_oldest(clock: Clock) -> None:
    buckets = TokenBuckets(Rate(1, 0.1), clock, keys=2)
    assert [buckets.take(key) for key in ("a", "b", "c")] == [0, 0, 0]
    assert buckets.take("c") == 10
    assert buckets.take("b") == 10
    assert buckets.take("a") == 0


def test_a_bucket_never_holds_more_than_its_burst(clock: Clock) -> None:
    buckets = TokenBuckets(Rate(2, 1), clock)
    buckets.take("a")
    clock.now += 1_000
    assert [buckets.take("a") > 0 for _ in range(3)] == [False, False, True]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.8", False),
        ("203.0.113.7", "203.0.113.8", False),
        ("a socket", "a socket", True),
    ],
)
def test_an_ipv6_line_counts_as_one_client(one: str, other: str, same: bool) -> None:
    assert (client_key(one) == client_key(other)) is same


@pytest.mark.parametrize(
    ("found", "entries", "cursor"),
    [([], [], None), ([1], [1], None), ([1, 2], [1, 2], None), ([1, 2, 3], [1, 2], "2")],
)
def test_an_entry_too_many_shows_that_a_page_follows(found: list[int], entries: list[int], cursor: str | None) -> None:
    assert one_page(found, 2, str) == (entries, cursor)


@pytest.mark.parametrize(("found", "cursor"), [([], None), (["a"], None), (["a", "b"], "b")])
def test_a_page_that_is_not_full_is_the_last(found: list[str], cursor: str | None) -> None:
    assert cursor_after_full_page(found, 2) == cursor


@pytest.mark.parametrize("identifier", ["a", "018f-city", "a:b.c_d", "x" * 300])
def test_an_opaque_cursor_holds_its_identifier(identifier: str) -> None:
    cursor = opaque_cursor(identifier)
    assert "=" not in cursor
    assert identifier_in(cursor) == identifier


@pytest.mark.parametrize("cursor", ["ü", "a", "%%%%", opaque_cursor("a b"), opaque_cursor("x" * 301), ""])
def test_a_cursor_of_nobodys_making_is_refused(cursor: str) -> None:
    with pytest.raises(Problem, match="Send as cursor the `next` of a page, unchanged") as refused:
        identifier_in(cursor)
    assert refused.value.response().status_code == 422


def test_no_cursor_means_the_first_page() -> None:
    assert identifier_in(None) is None

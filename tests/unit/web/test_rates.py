"""How often one client address may ask, on a clock that stands still."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from isopolity.web.rate_limits import READS, REFUSALS, WRITES, Rate, RateLimit, TokenBuckets, client_key

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


async def test_tokens_that_are_not_accepted_are_counted(app: FastAPI, bearer: dict[str, str], clock: Clock) -> None:
    async with client(app, "203.0.113.7") as http:
        forged = {"Authorization": "Bearer forged"}
        assert await statuses(http, "GET", CITY, int(REFUSALS.burst) + 1, **forged) == [401] * 30 + [429]
        assert (await http.get(CITY, headers=bearer)).status_code == 429
        assert (await http.get(CITY)).status_code == 200
        clock.now += 5
        assert (await http.get(CITY, headers=bearer)).status_code == 200


async def test_where_nobody_looks_at_a_token_the_request_counts_as_a_strangers(
    app: FastAPI, bearer: dict[str, str]
) -> None:
    async with client(app, "203.0.113.7") as http:
        assert 429 not in await statuses(http, "GET", "/openapi.json", 100, **bearer)
        assert set(await statuses(http, "GET", CITY, 100, **bearer)) == {200}


async def test_a_token_where_none_is_asked_for_is_no_way_round(app: FastAPI) -> None:
    async with client(app, "203.0.113.7") as http:
        found = await statuses(http, "POST", "/applications/v1/form", _OFTEN, Authorization="Bearer forged")
        found += await statuses(http, "POST", "/applications/v1/form", _OFTEN)
        assert found.count(429) == 2 * _OFTEN - int(WRITES.burst)


async def test_who_has_signed_in_and_writes_as_a_stranger_reads_on(app: FastAPI, bearer: dict[str, str]) -> None:
    async with client(app, "203.0.113.7") as http:
        assert 429 in await statuses(http, "POST", "/applications/v1/form", _OFTEN, **bearer)
        assert set(await statuses(http, "GET", CITY, 100, **bearer)) == {200}


async def test_a_token_that_is_refused_takes_no_strangers_write(app: FastAPI) -> None:
    async with client(app, "203.0.113.7") as http:
        await statuses(http, "POST", CITIES, _OFTEN, Authorization="Bearer forged")
        assert (await http.post(CITIES, json={})).status_code == 200


async def test_many_at_once_are_no_way_round_either(app: FastAPI, bearer: dict[str, str]) -> None:
    let_in = asyncio.Event()

    async def slow_body() -> AsyncIterator[bytes]:
        await let_in.wait()
        yield b"{}"

    async def post(http: httpx.AsyncClient, path: str, **headers: str) -> int:
        return (
            await http.post(path, content=slow_body(), headers={"Content-Type": "application/json"} | headers)
        ).status_code

    async with client(app, "203.0.113.7") as one, client(app, "203.0.113.8") as other:
        forged = [
            asyncio.create_task(post(one, "/applications/v1/imports", Authorization="Basic x")) for _ in range(40)
        ]
        accepted = [asyncio.create_task(post(other, CITIES, **bearer)) for _ in range(20)]
        async with asyncio.timeout(60):
            for refused in asyncio.as_completed(forged[30:]):
                await refused
        let_in.set()
        assert Counter(await asyncio.gather(*forged)) == {200: 30, 429: 10}
        assert set(await asyncio.gather(*accepted)) == {200}
        assert set(await statuses(other, "POST", CITIES, _OFTEN, **bearer)) == {200}


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

"""Requests beside the programmes that could support them, over HTTP, for everybody."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.matching.service import (
    Running,
    TestClock,
    city,
    embedded,
    matching,
    partner,
    programme,
    request,
)

PROGRAMMES = [
    programme("reading"),
    programme("lagos-reads", countries=("LA",), cities=0),
    programme("sea", subjects=("sdg.14",)),
    programme("elsewhere", regions=("arab-states",)),
    programme("small", grant_min=1, grant_max=10),
    programme("over", closes="2026-11-24"),
    programme("metropolis", population_min=5_000_000),
]


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    clock = TestClock()
    async with embedded(tmp_path, clock) as network:
        cities = [city("lagos", capacity=0), city("quito", region="latin-america-caribbean"), city("gone", version=2)]
        await network.publish("isopolity.registry.city.endorsed.v1", *cities)
        await network.publish("isopolity.registry.city.withdrawn.v1", city("gone", version=3, status="withdrawn"))
        await network.publish("isopolity.registry.partner.endorsed.v1", partner("halcyon", PROGRAMMES))
        asked = [
            request("r1", "lagos"),
            request("r2", "quito", subjects=("sdg.14",)),
            request("r3", "quito"),
            request("r4", "gone"),
            request("r5", "lagos", ends="2026-11-24"),
        ]
        await network.publish("isopolity.registry.request.published.v1", *asked)
        async with matching(network, tmp_path, clock, sending_policy="automatic") as running:
            await running.knows(members_city=2, members_partner=1, graph_lag=0)
            yield running


async def board(service: Running, query: str = "") -> dict[str, Any]:
    """The answer to somebody without a token."""
    answer = await service.get(f"/requests/programmes{query}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def told(page: dict[str, Any]) -> dict[str, list[str]]:
    """The programmes of each request, by its id."""
    return {each["request_id"]: [found["programme_id"] for found in each["programmes"]] for each in page["items"]}


async def test_a_request_stands_beside_the_programmes_whose_rules_it_fits(service: Running) -> None:
    page = await board(service)
    assert told(page) == {"r3": ["reading"], "r2": ["sea"], "r1": ["lagos-reads", "reading"]}
    assert (page["total"], page["next"]) == (3, None)
    last = page["items"][-1]
    assert (last["city_name"], last["programmes_total"]) == ("Lagos", 2)
    assert last["programmes"][0]["partner_name"] == "Foundation Halcyon"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?region=africa", ["r1"]),
        ("?country=QU", ["r3", "r2"]),
        ("?subject=sdg.14", ["r2"]),
        ("?request_id=r3", ["r3"]),
        ("?request_id=r4", []),
        ("?region=atlantis", []),
    ],
)
async def test_requests_are_chosen_by_all_that_is_given(service: Running, query: str, expected: list[str]) -> None:
    page = await board(service, query)
    assert (list(told(page)), page["total"]) == (expected, len(expected))


async def test_each_request_is_on_one_page(service: Running) -> None:
    found: list[str] = []
    page = await board(service, "?limit=1&programmes=0")
    while page["next"] is not None:
        assert not page["items"][0]["programmes"]
        found += told(page)
        page = await board(service, f"?limit=1&programmes=0&cursor={page['next']}")
    assert found == ["r3", "r2", "r1"]

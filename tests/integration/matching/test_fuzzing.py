"""Schemathesis makes requests that the OpenAPI document allows, and ones that it forbids: no answer is a 500.

They come from staff, so that they reach the handlers, and every second one names a member, a round or a proposal that
exists.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tests.support.matching import (
    Running,
    TestClock,
    complementary,
    embedded,
    matching,
    partner,
    programme,
    request,
)

OPERATIONS = (
    "GET /matching/v1/members/{member_id}/suggestions",
    "GET /matching/v1/pairs/{a}/{b}",
    "GET /matching/v1/partnerships",
    "GET /matching/v1/proposals",
    "GET /matching/v1/proposals/{proposal_id}",
    "GET /matching/v1/rounds",
    "GET /matching/v1/rounds/{round_id}",
    "GET /matching/v1/rounds/{round_id}/certificate",
    "GET /matching/v1/rounds/{round_id}/progress",
    "POST /matching/v1/proposals/approve",
    "POST /matching/v1/proposals/discard",
    "POST /matching/v1/rounds",
    "POST /matching/v1/rounds/{round_id}/cancel",
)
EXAMPLES = 10


@dataclass(frozen=True, slots=True)
class Target:
    """The service in an event loop of its own thread, its document, and what exists."""

    portal: BlockingPortal
    service: Running
    schema: Any
    round_id: str
    proposal_id: str

    def send(self, made: requests.PreparedRequest, existing: bool) -> httpx.Response:
        """The answer of the service, whose errors become a 500."""
        path = self._existing(made.path_url) if existing else made.path_url
        body = made.body.encode() if isinstance(made.body, str) else made.body or b""
        assert isinstance(body, bytes)
        sent = {**made.headers, **self.service.headers("staff")}
        headers = [
            (name.encode(), value.encode("latin-1", "replace"))
            for name, value in sent.items()
            if isinstance(value, str)
        ]
        asked = self.service.client.build_request(made.method or "GET", "/", content=body, headers=headers)
        asked.url = asked.url.copy_with(raw_path=path.encode())
        return self.portal.call(self.service.client.send, asked)

    def _existing(self, path: str) -> str:
        places = {
            "members/[^/?]*": "members/halcyon",
            "pairs/[^/?]*/[^/?]*": "pairs/city-0000/city-0001",
            "rounds/[^/?]+": f"rounds/{self.round_id}",
            "proposals/(?!approve|discard)[^/?]+": f"proposals/{self.proposal_id}",
        }
        for place, known in places.items():
            path = re.sub(f"/matching/v1/{place}", f"/matching/v1/{known}", path)
        return path


@asynccontextmanager
async def filled(folder: Path) -> AsyncIterator[Running]:
    """A service with a round behind it."""
    clock = TestClock()
    async with embedded(folder, clock) as network:
        await network.publish("isopolity.registry.city.endorsed.v1", *complementary(5))
        programmes = [programme("reading"), programme("sea", subjects=("sdg.14",))]
        await network.publish("isopolity.registry.partner.endorsed.v1", partner("halcyon", programmes))
        await network.publish("isopolity.registry.request.published.v1", request("rooms", "city-0004"))
        async with matching(network, folder, clock) as running:
            await running.post("/rounds")
            yield running


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder: Path = tmp_path_factory.mktemp("fuzzing")
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(filled(folder)) as service:
        document = portal.call(service.client.get, "/matching/openapi.json").json()
        rounds = portal.call(service.get, "/rounds", "staff").json()["items"]
        proposals = portal.call(service.get, "/proposals", "staff").json()["items"]
        schema = schemathesis.openapi.from_dict(document)
        yield Target(portal, service, schema, rounds[0]["round_id"], proposals[0]["proposal_id"])


def test_every_operation_of_ours_is_in_the_list(target: Target) -> None:
    documented = {f"{operation.method.upper()} {operation.path}" for operation in _operations(target.schema)}
    shared = {label for label in documented if re.search("/(health|metrics|status|dead-letters)", label)}
    assert documented - shared == set(OPERATIONS)


@pytest.mark.parametrize("label", OPERATIONS)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "forbidden"])
def test_no_request_is_answered_with_a_server_error(target: Target, label: str, mode: GenerationMode) -> None:
    operation = next(one for one in _operations(target.schema) if f"{one.method.upper()} {one.path}" == label)

    @seed(7)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), existing=st.booleans())
    def send(case: schemathesis.Case[Any], existing: bool) -> None:
        made = requests.Request(**case.as_transport_kwargs(base_url="http://matching")).prepare()
        answer = target.send(made, existing)
        assert answer.status_code < 500, f"{label} {made.url} {made.body!r}: {answer.text}"
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["detail"]

    send()


def _operations(schema: Any) -> list[Any]:
    return [result.ok() for result in schema.get_all_operations()]

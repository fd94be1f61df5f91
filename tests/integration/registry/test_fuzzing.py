"""Schemathesis makes requests that the OpenAPI document allows, and ones that it forbids: no answer is a 500.

They come from staff and a service, so that they reach the handlers, and every second one names an entry that exists.
"""

from collections.abc import Iterator
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

from isopolity.registry.entrypoints.http.app import ROUTERS
from tests.support.applications import apply
from tests.support.registry import (
    CONTACT,
    PARTNER,
    REQUEST,
    RegistryUnderTest,
    bearer,
    member,
    open_under_test,
    patching,
)

OPERATIONS = sorted(
    f"{method} {route.path}" for router in ROUTERS for route in router.routes for method in route.methods
)
EXAMPLES = 12


@dataclass(frozen=True, slots=True)
class Target:
    """The service in an event loop of its own thread, its document, and what exists."""

    portal: BlockingPortal
    registry: RegistryUnderTest
    schema: Any
    entries: dict[str, str]

    def send(self, request: requests.PreparedRequest, existing: bool) -> httpx.Response:
        """The answer of the service, whose errors become a 500."""
        path = request.path_url
        if existing:
            for kind, identifier in self.entries.items():
                prefix = f"/registry/v1/{kind}/"
                if path.startswith(prefix):
                    _, *rest = path.removeprefix(prefix).partition("?")[0].split("/", 1)
                    path = "/".join([prefix + identifier, *rest])
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        assert isinstance(body, bytes)
        sent = {**request.headers, **bearer("staff", "contacts:read")}
        headers = [
            (name.encode(), value.encode("latin-1", "replace"))
            for name, value in sent.items()
            if isinstance(value, str)
        ]
        made = self.registry.client.build_request(request.method or "GET", "/", content=body, headers=headers)
        made.url = made.url.copy_with(raw_path=path.encode())
        return self.portal.call(self.registry.client.send, made)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder: Path = tmp_path_factory.mktemp("fuzzing")
    with start_blocking_portal() as portal:
        opening = open_under_test(f"sqlite+aiosqlite:///{folder / 'registry.db'}", folder)
        with portal.wrap_async_context_manager(opening) as registry:
            document = portal.call(registry.client.get, "/registry/openapi.json").json()
            schema = schemathesis.openapi.from_dict(document)
            yield Target(portal, registry, schema, portal.call(_filled, registry))


async def _filled(registry: RegistryUnderTest) -> dict[str, str]:
    """One entry of each kind; returns their ids."""
    http = registry.client
    city, other = await registry.add_city(), await registry.add_city(geonames_id=2)
    partner = await http.post("/registry/v1/partners?endorse=true", json=PARTNER, headers=bearer("staff"))
    request = await http.post("/registry/v1/requests", json=REQUEST | {"city_id": city}, headers=bearer("staff"))
    tie = await http.post("/registry/v1/twinnings", json={"city_a": city, "city_b": other}, headers=bearer("staff"))
    named = CONTACT | {"member_kind": "city", "member_id": city}
    contact = await http.post("/registry/v1/contacts", json=named, headers=bearer("staff"))
    application_id = await apply(registry, geonames_id=3)
    await http.patch(f"/registry/v1/cities/{city}", json={"name": "Paris"}, headers=member(city) | patching(2))
    return {
        "applications": application_id,
        "confirmations": application_id,
        "changes": city,
        "cities": city,
        "partners": partner.json()["partner_id"],
        "requests": request.json()["request_id"],
        "twinnings": tie.json()["twinning_id"],
        "contacts": contact.json()["contact_id"],
    }


def test_every_operation_is_in_the_document(target: Target) -> None:
    documented = {f"{operation.method.upper()} {operation.path}" for operation in _operations(target.schema)}
    assert documented >= set(OPERATIONS)


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
        prepared = requests.Request(**case.as_transport_kwargs(base_url="http://registry")).prepare()
        answer = target.send(prepared, existing)
        assert answer.status_code < 500, f"{label} {prepared.body!r}: {answer.text}"
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["detail"]

    send()


def _operations(schema: Any) -> list[Any]:
    return [result.ok() for result in schema.get_all_operations()]

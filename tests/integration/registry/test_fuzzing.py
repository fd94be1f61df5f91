"""registry answers whatever Schemathesis sends, on both databases: tests/support/fuzzing.py.

Requests come from staff, an operator and a service, so that they reach the handlers; every second one names an
entry that exists.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from schemathesis import GenerationMode

from isopolity.registry.entrypoints.http.app import ROUTERS
from tests.support.fuzzing import MODES, Target, operations_of
from tests.support.registry.access import add_to_office
from tests.support.registry.applications import apply
from tests.support.registry.service import (
    CONTACT,
    PARTNER,
    REQUEST,
    RegistryUnderTest,
    bearer,
    member,
    open_under_test,
    patching,
)
from tests.support.servers.provision import ONE_DATABASE, empty_database

LABELS = sorted(f"{method} {route.path}" for router in ROUTERS for route in router.routes for method in route.methods)
TAKE_NOTHING = tuple(f"GET /registry/v1/{name}" for name in ("figures", "countries", "capacity-defaults", "keys"))
"""There is nothing in their requests that could be wrong."""


@pytest.fixture(scope="module", params=ONE_DATABASE)
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder: Path = tmp_path_factory.mktemp("fuzzing")
    with ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal())
        url = f"sqlite+aiosqlite:///{folder / 'registry.db'}"
        if request.param == "postgres":
            server = request.getfixturevalue("postgres_server")
            url = stack.enter_context(portal.wrap_async_context_manager(empty_database(server)))
        registry = stack.enter_context(portal.wrap_async_context_manager(open_under_test(url, folder)))
        entries = portal.call(_filled, registry)
        existing = {f"/registry/v1/{kind}/[^/?]*": f"/registry/v1/{kind}/{entry}" for kind, entry in entries.items()}
        headers = bearer("staff", "operator", "contacts:read")
        yield Target.of(portal, registry.client, "/registry/openapi.json", headers, existing)


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
        "people": await add_to_office(registry),
    }


def test_every_operation_is_in_the_document(target: Target) -> None:
    assert target.labels() == {*LABELS, *operations_of("registry"), "POST /registry/v1/states/republish"}


@pytest.mark.long
@pytest.mark.parametrize(
    ("mode", "label"),
    [
        pytest.param(mode, label, id=f"{name}-{label}")
        for mode, name in zip(MODES, ("allowed", "forbidden"), strict=True)
        for label in LABELS
        if name != "forbidden" or label not in TAKE_NOTHING
    ],
)
def test_no_request_is_answered_with_a_server_error(target: Target, label: str, mode: GenerationMode) -> None:
    target.fuzz(label, mode)

"""matching answers whatever Schemathesis sends, on both databases: tests/support/fuzzing.py.

Requests come from staff, so that they reach the handlers, and every second one names a member, a round or a proposal
that exists.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from schemathesis import GenerationMode

from tests.support.fuzzing import MODES, Target, operations_of
from tests.support.matching.service import (
    Running,
    TestClock,
    complementary,
    embedded,
    matching,
    partner,
    programme,
    request,
)
from tests.support.servers.provision import ONE_DATABASE, empty_database
from tests.support.shared.migrated import open_migrated

LABELS = (
    "DELETE /matching/v1/amounts/{request_id}/{currency}",
    "GET /matching/v1/amounts",
    "GET /matching/v1/amounts/waiting",
    "PUT /matching/v1/amounts/{request_id}/{currency}",
    "GET /matching/v1/drafts",
    "GET /matching/v1/drafts/{round_id}",
    "GET /matching/v1/drafts/{round_id}/difference/{other_id}",
    "GET /matching/v1/drafts/{round_id}/edits",
    "GET /matching/v1/drafts/{round_id}/pairs",
    "GET /matching/v1/drafts/{round_id}/preview",
    "GET /matching/v1/drafts/{round_id}/report",
    "GET /matching/v1/learned-pairs",
    "GET /matching/v1/legal-acts",
    "GET /matching/v1/members",
    "POST /matching/v1/members/in-use",
    "GET /matching/v1/members/{member_id}/answers",
    "GET /matching/v1/members/{member_id}/departure",
    "GET /matching/v1/members/{member_id}/interests",
    "GET /matching/v1/members/{member_id}/merger",
    "GET /matching/v1/members/{member_id}/partnerships",
    "GET /matching/v1/members/{member_id}/proposals",
    "GET /matching/v1/members/{member_id}/suggestions",
    "GET /matching/v1/members/{member_id}/undone-merger",
    "GET /matching/v1/members/{member_id}/why",
    "GET /matching/v1/network-settings",
    "GET /matching/v1/network-settings/effects",
    "PUT /matching/v1/network-settings",
    "GET /matching/v1/pairs/{a}/{b}",
    "GET /matching/v1/partners/{partner_id}/cities",
    "GET /matching/v1/partners/{partner_id}/reach",
    "GET /matching/v1/partnerships",
    "GET /matching/v1/partnerships/{partnership_id}",
    "GET /matching/v1/programmes/{partner_id}/{programme_id}/cities-to-ask",
    "GET /matching/v1/programmes/{partner_id}/{programme_id}/portfolio",
    "GET /matching/v1/proposals",
    "GET /matching/v1/proposals/{proposal_id}",
    "GET /matching/v1/requests/programmes",
    "GET /matching/v1/round-templates",
    "POST /matching/v1/round-templates",
    "DELETE /matching/v1/round-templates/{template_id}",
    "PUT /matching/v1/round-templates/{template_id}",
    "GET /matching/v1/rounds",
    "GET /matching/v1/rounds/{round_id}",
    "GET /matching/v1/rounds/{round_id}/certificate",
    "GET /matching/v1/rounds/{round_id}/order",
    "GET /matching/v1/rounds/{round_id}/outcomes",
    "GET /matching/v1/rounds/{round_id}/progress",
    "GET /matching/v1/rounds/{round_id}/publications",
    "GET /matching/v1/rounds/{round_id}/publications/{number}",
    "GET /matching/v1/rounds/{round_id}/publications/{number}/certificate",
    "GET /matching/v1/rounds/{round_id}/publications/{number}/sealed",
    "GET /matching/v1/rounds/{round_id}/why",
    "POST /matching/v1/drafts/{round_id}/discard",
    "POST /matching/v1/drafts/{round_id}/edits",
    "POST /matching/v1/drafts/{round_id}/improve",
    "POST /matching/v1/drafts/{round_id}/plan",
    "POST /matching/v1/drafts/{round_id}/publish",
    "POST /matching/v1/drafts/{round_id}/trial",
    "GET /matching/v1/members/{member_id}/fitting",
    "POST /matching/v1/members/{member_id}/request-trial",
    "POST /matching/v1/members/{member_id}/trial",
    "POST /matching/v1/drafts/{round_id}/undo",
    "POST /matching/v1/drafts/{round_id}/undo-edit",
    "POST /matching/v1/members/{member_id}/interests",
    "POST /matching/v1/partnerships/{partnership_id}/end",
    "POST /matching/v1/partnerships/{partnership_id}/show",
    "POST /matching/v1/proposals/approve",
    "POST /matching/v1/proposals/discard",
    "POST /matching/v1/proposals/take-back",
    "POST /matching/v1/rounds",
    "POST /matching/v1/rounds/{round_id}/cancel",
    "POST /matching/v1/rules/check",
    "POST /matching/v1/rules/trial",
)
TAKE_NOTHING = ("GET /matching/v1/legal-acts",)
"""Operations that take nothing, so that no request to them can be forbidden."""


@asynccontextmanager
async def filled(folder: Path, url: str) -> AsyncIterator[Running]:
    """A service on the database at `url`, with a round behind it."""
    clock = TestClock()
    database = await open_migrated(url, "isopolity.matching")
    async with embedded(folder, clock) as network:
        await network.publish("isopolity.registry.city.endorsed.v1", *complementary(5))
        programmes = [programme("reading"), programme("sea", subjects=("sdg.14",))]
        await network.publish("isopolity.registry.partner.endorsed.v1", partner("halcyon", programmes))
        await network.publish("isopolity.registry.request.published.v1", request("rooms", "city-0004"))
        async with matching(network, folder, clock, database=database) as running:
            draft = (await running.post("/rounds")).json()["round_id"]
            plan = (await running.post(f"/drafts/{draft}/plan")).json()
            await running.post(f"/drafts/{draft}/publish", {"token": plan["token"]})
            await running.post("/rounds", {"seed": 1})
            yield running
    await database.close()


@pytest.fixture(scope="module", params=ONE_DATABASE)
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder: Path = tmp_path_factory.mktemp("fuzzing")
    with ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal())
        url = f"sqlite+aiosqlite:///{folder / 'matching.db'}"
        if request.param == "postgres":
            server = request.getfixturevalue("postgres_server")
            url = stack.enter_context(portal.wrap_async_context_manager(empty_database(server)))
        service = stack.enter_context(portal.wrap_async_context_manager(filled(folder, url)))
        rounds = portal.call(service.get, "/rounds", "staff").json()["items"]
        proposals = portal.call(service.get, "/proposals", "staff").json()["items"]
        existing = {
            "/v1/members/[^/?]*": "/v1/members/halcyon",
            "/v1/pairs/[^/?]*/[^/?]*": "/v1/pairs/city-0000/city-0001",
            "/v1/programmes/[^/?]*/[^/?]*": "/v1/programmes/halcyon/reading",
            "/v1/drafts/[^/?]+": f"/v1/drafts/{rounds[0]['round_id']}",
            "/v1/amounts/[^/?]+/": "/v1/amounts/rooms/",
            "/v1/rounds/[^/?]+": f"/v1/rounds/{rounds[0]['round_id']}",
            "/v1/proposals/(?!approve|discard|take-back)[^/?]+": f"/v1/proposals/{proposals[0]['proposal_id']}",
        }
        headers = service.headers("staff", "operator")
        yield Target.of(portal, service.client, "/matching/openapi.json", headers, existing)


def test_every_operation_is_in_the_document(target: Target) -> None:
    assert target.labels() == {*LABELS, *operations_of("matching"), "POST /matching/v1/states/republish"}


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

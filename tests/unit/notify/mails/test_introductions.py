"""Whom to write to at a partner: told to a contact of the other side, once both agreed and while it stands."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.support.notify.bench import NotifyBench, by
from tests.support.notify.events import (
    PROPOSAL_ID,
    contact,
    contact_event,
    ended_event,
    proposal_event,
)

PATH = "/notify/v1/introductions"


@pytest.fixture
async def client(bench: NotifyBench) -> AsyncIterator[httpx.AsyncClient]:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.sender().send_due()
    async with bench.client() as opened:
        yield opened


async def told(client: httpx.AsyncClient, **claims: Any) -> list[dict[str, str]]:
    answer = await client.get(PATH, params={"proposal_id": [PROPOSAL_ID, "other"]}, headers=by(**claims))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return list(answer.json()["items"])


async def test_each_side_reads_the_others_contact_once_both_agreed(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    assert await told(client) == []
    await bench.handle(proposal_event("answered", 2))
    assert await told(client) == []
    await bench.handle(proposal_event("agreed", 3))
    known = contact("b")
    assert await told(client) == [
        {"proposal_id": PROPOSAL_ID, "name": known.name, "role": known.role, "email": known.email}
    ]
    assert [each["email"] for each in await told(client, contact="contact-b", member="member-b")] == ["a@city.example"]
    assert len(await told(client, role="approver")) == 1


@pytest.mark.parametrize(
    "claims", [{"member": "member-c"}, {"member": None}, {"contact": "contact-b"}, {"contact": "contact-c"}]
)
async def test_nobody_else_reads_it(bench: NotifyBench, client: httpx.AsyncClient, claims: dict[str, Any]) -> None:
    await bench.handle(proposal_event("agreed", 2))
    assert await told(client, **claims) == []


async def test_strangers_staff_and_services_have_no_business_here(client: httpx.AsyncClient) -> None:
    parameters = {"proposal_id": PROPOSAL_ID}
    assert (await client.get(PATH, params=parameters)).status_code == 401
    for scope in ("staff", "operator", "contacts:read"):
        assert (await client.get(PATH, params=parameters, headers=by(member=None, scope=scope))).status_code == 403


@pytest.mark.parametrize("stage", ["declined", "expired", "superseded"])
async def test_a_proposal_that_came_to_nothing_tells_nobody(
    bench: NotifyBench, client: httpx.AsyncClient, stage: str
) -> None:
    await bench.handle(proposal_event(stage, 2))
    assert await told(client) == []


@pytest.mark.parametrize("reason", ["completed", "member-withdrew", "a-reason-of-a-newer-release"])
async def test_an_ended_partnership_tells_nobody(bench: NotifyBench, client: httpx.AsyncClient, reason: str) -> None:
    await bench.handle(proposal_event("agreed", 2), ended_event(ended_reason=reason))
    assert await told(client) == []


async def test_who_was_erased_is_not_named_and_asks_no_more(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    await bench.handle(proposal_event("agreed", 2), contact_event("b", 2, "erased"))
    assert await told(client) == []
    heir = replace(contact("b"), contact_id="contact-heir", email="heir@city.example")
    bench.directory.contacts[heir.contact_id] = heir
    await bench.handle(contact_event("heir"))
    assert [each["email"] for each in await told(client)] == ["heir@city.example"]
    await bench.handle(contact_event("a", 2, "erased"))
    assert await told(client) == []


async def test_at_most_twenty_are_asked_for_at_once(client: httpx.AsyncClient) -> None:
    parameters = {"proposal_id": [str(number) for number in range(21)]}
    assert (await client.get(PATH, params=parameters, headers=by())).status_code == 422

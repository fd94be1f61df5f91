"""A member's answer by who has signed in as its contact: the same as by the link, and nobody else's."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from isopolity.contracts.answers import Choice
from isopolity.contracts.notify import ResponseReceived
from isopolity.notify.application.answers import Reply
from isopolity.web.tokens import APPROVER
from tests.support.notify.bench import NotifyBench, by
from tests.support.notify.events import DEADLINE, PROPOSAL_ID, START, contact_event, proposal_event

PATH = f"/notify/v1/proposals/{PROPOSAL_ID}/answer"


@pytest.fixture
async def client(bench: NotifyBench) -> AsyncIterator[httpx.AsyncClient]:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    async with bench.client() as opened:
        yield opened


async def responses(bench: NotifyBench) -> list[tuple[str, str]]:
    published = [event.data for event in await bench.published("response")]
    return [(each.side, each.answer) for each in published if isinstance(each, ResponseReceived)]


async def test_a_member_answers_and_reads_what_it_said(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    before = (await client.get(PATH, headers=by())).json()
    assert (before["answer"], before["takes_answers"], before["is_final"]) == (None, True, False)
    body = {"choice": "pending", "pending_until": (START + timedelta(days=5)).date().isoformat(), "reason": " Council "}
    given = await client.post(PATH, json=body, headers=by())
    assert (given.status_code, given.json()["answer"]) == (200, "pending")
    assert (await client.post(PATH, json={"choice": "yes"}, headers=by())).json()["is_final"]
    assert await responses(bench) == [("a", "pending"), ("a", "yes")]
    assert (await client.get(PATH, headers=by("contact-b", "member-b"))).json()["answer"] is None
    again = await client.post(PATH, json={"choice": "yes"}, headers=by())
    assert (again.status_code, again.json()["answer"]) == (200, "yes")
    assert await responses(bench) == [("a", "pending"), ("a", "yes")]
    again = await client.post(PATH, json={"choice": "no"}, headers=by())
    assert (again.status_code, again.json()["type"]) == (409, "urn:isopolity:problem:already-answered")


async def test_link_and_session_give_one_answer(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    await bench.answer("b", PROPOSAL_ID, Reply(choice=Choice.LATER))
    seen = (await client.get(PATH, headers=by("contact-b", "member-b"))).json()
    assert (seen["answer"], seen["takes_answers"]) == ("later", True)


async def test_an_approver_answers_too(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    given = await client.post(PATH, json={"choice": "yes"}, headers=by(role=APPROVER))
    assert given.status_code == 200
    assert await responses(bench) == [("a", "yes")]


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"scope": "staff", "member": None}, 403),
        ({"member": "member-c"}, 404),
        ({"member": None}, 404),
        ({"contact": "contact-b"}, 404),
        ({"contact": "contact-c"}, 404),
    ],
)
async def test_nobody_answers_for_another(
    bench: NotifyBench, client: httpx.AsyncClient, claims: dict[str, Any], status: int
) -> None:
    headers = by(**claims)
    assert (await client.get(PATH, headers=headers)).status_code == status
    assert (await client.post(PATH, json={"choice": "yes"}, headers=headers)).status_code == status
    assert await responses(bench) == []


async def test_a_stranger_is_asked_for_a_token(client: httpx.AsyncClient) -> None:
    assert (await client.get(PATH)).status_code == 401


async def test_who_was_erased_answers_no_more(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    await bench.handle(contact_event("a", 2, "erased"))
    assert (await client.post(PATH, json={"choice": "yes"}, headers=by())).status_code == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"choice": "perhaps"}, "invalid-request"),
        ({"choice": "yes", "more": 1}, "invalid-request"),
        ({"choice": "no", "reason": "x" * 5_000}, "invalid-request"),
        ({"choice": "pending"}, "answer-invalid"),
        ({"choice": "pending", "pending_until": "2020-01-01"}, "answer-invalid"),
    ],
)
async def test_what_is_no_answer_is_told(
    bench: NotifyBench, client: httpx.AsyncClient, body: dict[str, Any], code: str
) -> None:
    refused = await client.post(PATH, json=body, headers=by())
    assert (refused.status_code, refused.json()["type"]) == (422, f"urn:isopolity:problem:{code}")
    assert await responses(bench) == []


async def test_after_the_deadline_none_counts(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    bench.clock.now = DEADLINE + timedelta(minutes=1)
    refused = await client.post(PATH, json={"choice": "yes"}, headers=by())
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:isopolity:problem:proposal-settled")
    assert not (await client.get(PATH, headers=by())).json()["takes_answers"]

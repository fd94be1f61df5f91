"""What staff orders with an Idempotency-Key happens once, also when it is sent twice at once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from isopolity.persistence.database import Database
from tests.support.matching.service import Network, Running, TestClock, complementary, embedded, matching


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[Network]:
    async with embedded(tmp_path, TestClock()) as opened:
        await opened.publish("isopolity.registry.city.endorsed.v1", *complementary(4))
        yield opened


@pytest.fixture
async def service(network: Network, tmp_path: Path, database: Database) -> AsyncIterator[Running]:
    async with matching(network, tmp_path, TestClock(), database=database) as running:
        yield running


async def ordered(service: Running, path: str, body: Any = None, key: str = "k1") -> httpx.Response:
    """Post as staff with a key; a round is waited for."""
    headers = service.headers("staff") | {"Idempotency-Key": key, "Prefer": "wait=60"}
    return await service.client.post(f"/matching/v1{path}", json=body, headers=headers)


async def drafted(service: Running) -> tuple[str, Any]:
    """The path of a draft, and its pairs."""
    round_id = (await ordered(service, "/rounds", key="round")).json()["round_id"]
    path = f"/drafts/{round_id}"
    return path, (await service.get(f"{path}/pairs", "staff")).json()["items"]


async def test_a_round_that_is_ordered_twice_with_one_key_runs_once(service: Running) -> None:
    first, second, again = (
        *await asyncio.gather(ordered(service, "/rounds"), ordered(service, "/rounds")),
        await ordered(service, "/rounds"),
    )
    assert {answer.status_code for answer in (first, second, again)} == {201}
    assert len({answer.headers["location"] for answer in (first, second, again)}) == 1
    assert len((await service.get("/rounds", "staff")).json()["items"]) == 1
    other = await ordered(service, "/rounds", {"seed": 3})
    assert (other.status_code, other.json()["type"]) == (422, "urn:isopolity:problem:idempotency-key-reused")
    await ordered(service, "/rounds", key="k2")
    assert len((await service.get("/rounds", "staff")).json()["items"]) == 2


@pytest.mark.parametrize("act", ["leave-out", "pin", "forbid", "free"])
async def test_an_edit_that_is_sent_twice_with_one_key_is_one_edit(service: Running, act: str) -> None:
    path, (pair, *_) = await drafted(service)
    body = {"edits": [{"act": act, "pair": [pair["a"], pair["b"]]}]}
    answers = await asyncio.gather(*(ordered(service, f"{path}/edits", body) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["draft"]["edits"] == 1


async def test_undoing_an_edit_and_improving_with_one_key_happen_once(service: Running) -> None:
    path, pairs = await drafted(service)
    for pair in pairs[:2]:
        body = {"edits": [{"act": "leave-out", "pair": [pair["a"], pair["b"]]}]}
        await ordered(service, f"{path}/edits", body, key=pair["a"])
    undone = [await ordered(service, f"{path}/undo-edit") for _ in range(2)]
    assert [answer.json()["edits"][0]["undoes"] for answer in undone] == [2, 2]
    improved = [await ordered(service, f"{path}/improve") for _ in range(2)]
    assert len({answer.content for answer in improved}) == 1
    assert improved[0].json()["draft"]["edits"] == 4


async def test_publishing_undoing_and_discarding_with_one_key_happen_once_and_tell_the_same(service: Running) -> None:
    path, _ = await drafted(service)
    plan = (await ordered(service, f"{path}/plan")).json()
    published = await asyncio.gather(*(ordered(service, f"{path}/publish", {"token": plan["token"]}) for _ in range(2)))
    published.append(await ordered(service, f"{path}/publish", {"token": plan["token"]}))
    assert [(answer.status_code, answer.json()["published"]) for answer in published] == [(200, 2)] * 3
    undone = [await ordered(service, f"{path}/undo") for _ in range(2)]
    assert [answer.json()["undone"] for answer in undone] == [2, 2]
    discarded = [await ordered(service, f"{path}/discard") for _ in range(2)]
    assert [answer.json()["status"] for answer in discarded] == ["discarded"] * 2


async def test_a_draft_that_two_people_publish_at_once_goes_out_once(service: Running) -> None:
    path, _ = await drafted(service)
    token = {"token": (await ordered(service, f"{path}/plan")).json()["token"]}
    both = await asyncio.gather(*(ordered(service, f"{path}/publish", token, key) for key in ("k1", "k2")))
    assert sorted(answer.status_code for answer in both) == [200, 409], [answer.json() for answer in both]
    assert len((await service.get("/proposals", "staff")).json()["items"]) == 2


async def test_a_template_that_is_saved_twice_with_one_key_is_saved_once(service: Running) -> None:
    body = {"name": "Spring", "order": {"seed": 3, "rules": [{"at_most": 5}]}}
    answers = await asyncio.gather(*(ordered(service, "/round-templates", body) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    (saved,) = (await service.get("/round-templates", "staff")).json()
    assert (saved["name"], saved["rules"]) == ("Spring", "[[rules]]\nat_most = 5\n")
    other = await ordered(service, "/round-templates", body, key="k2")
    assert (other.status_code, other.json()["type"]) == (409, "urn:isopolity:problem:template-name-taken")


async def test_what_was_refused_is_tried_again_with_the_same_key(service: Running) -> None:
    path, (pair, *_) = await drafted(service)
    undone = await ordered(service, f"{path}/undo-edit")
    assert undone.status_code == 409
    await ordered(service, f"{path}/edits", {"edits": [{"act": "pin", "pair": [pair["a"], pair["b"]]}]})
    assert (await ordered(service, f"{path}/undo-edit")).status_code == 200


async def test_a_key_counts_for_its_caller_alone(service: Running) -> None:
    await ordered(service, "/rounds")
    token = service.tokens.issue("another", ["staff"], lifetime=timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k1"}
    answer = await service.client.post("/matching/v1/rounds", headers=headers)
    assert answer.status_code == 202
    assert len((await service.get("/rounds", "staff")).json()["items"]) == 2

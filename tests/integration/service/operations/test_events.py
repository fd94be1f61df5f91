"""Events as an operator sees them over HTTP: browsed from any place, filtered, and masked."""

import asyncio
import json
import re
import time
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from isopolity.contracts.catalogue import PROPOSAL
from isopolity.contracts.masked_fields import MASK
from isopolity.messaging.broker import Message, TopicPartition
from isopolity.messaging.scanning.query import Query
from isopolity.runtime.scanner import ChildScanner
from isopolity.runtime.service import Service
from tests.support.events.planted import PLANTED, planted
from tests.support.shared.note_service import bearer

GOLDEN = Path(__file__).parents[3] / "contract" / "events" / "golden" / "isopolity.matching.proposal.issued.v1.json"
PATH = "/matching/v1/events"
EXAMPLE = json.loads(GOLDEN.read_text(encoding="utf-8"))["data"]


def proposal(number: int, past_tense: str = "issued", **changes: Any) -> Message:
    data = EXAMPLE | {"proposal_id": f"p{number}", "stage": past_tense} | changes
    name = f"isopolity.matching.proposal.{past_tense}.v1"
    headers = {
        "ce_id": f"e{number}", "ce_type": name, "ce_subject": f"p{number}", "ce_correlationid": f"c{number}",
        "ce_source": "urn:isopolity:matching",
    }  # fmt: skip
    return Message(
        PROPOSAL.name, f"p{number}", json.dumps(data).encode(), [(key, text.encode()) for key, text in headers.items()]
    )


async def publish(service: Service, messages: Sequence[Message]) -> None:
    async with service.vitals.broker.producer() as producer:
        await producer.publish(messages)


async def found(client: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    answer = await client.get(PATH, params={"topic": "matching.proposal"} | asked, headers=bearer("operator:read"))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_events_come_from_the_end_from_the_start_and_on_from_there(
    client: httpx.AsyncClient, service: Service
) -> None:
    await publish(service, [proposal(number) for number in range(120)])
    newest = await found(client)
    assert len(newest["events"]) == 50
    assert newest["stopped"] == "found"
    older = await found(client, before=newest["older"], limit=100)
    oldest = await found(client, begin="start", limit=100)
    rest = await found(client, after=oldest["newer"])
    assert rest["stopped"] is None
    assert (len(older["events"]), len(oldest["events"]), len(rest["events"])) == (70, 100, 20)
    for one, other in ((newest, older), (oldest, rest)):
        assert {e["key"] for e in one["events"]} | {e["key"] for e in other["events"]} == {f"p{n}" for n in range(120)}
    nothing = await found(client, after=rest["newer"])
    assert (nothing["events"], nothing["stopped"], nothing["read"]) == ([], None, 0)


async def test_of_two_thousand_events_nothing_that_was_planted_leaves_the_service(
    client: httpx.AsyncClient, service: Service
) -> None:
    await publish(service, planted(2_000, "matching"))
    answer = await client.get(PATH, params={"limit": 2_000}, headers=bearer("operator:read"))
    told = answer.json()
    assert (told["read"], told["matched"], told["stopped"]) == (2_000, 2_000, None)
    assert not any(text in answer.text for text in PLANTED)
    values = re.findall(r'"answer":"([^"]*)"', answer.text)
    assert values
    assert set(values) == {MASK}
    by_key = await found(client, topic=[], key=PLANTED[0])
    assert (by_key["read"], by_key["matched"]) == (2_000, 0), "a filter sees what is shown"


async def test_what_is_masked_is_shown_to_who_gives_a_reason_which_the_audit_keeps(
    client: httpx.AsyncClient, service: Service
) -> None:
    await publish(service, [proposal(1, sides=[side | {"about": PLANTED[0]} for side in EXAMPLE["sides"]])])
    order = {"topic": ["matching.proposal"], "where": ['sides.about contains "planted"'], "limit": 1}
    path = f"{PATH}/unmask"
    for scopes in (["operator:read"], ["staff"]):
        assert (await client.post(path, json=order | {"reason": "why"}, headers=bearer(*scopes))).status_code == 403
    headers = bearer("operator:unmask")
    assert (await client.post(path, json=order, headers=headers)).status_code == 422
    assert (await client.post(path, json=order | {"topic": ["x"], "reason": "why"}, headers=headers)).status_code == 422
    answer = await client.post(path, json=order | {"reason": "a city asks"}, headers=headers)
    (event,) = answer.json()["events"]
    assert PLANTED[0] in event["text"]
    audit = await client.get("/matching/v1/audit", headers=bearer("staff"))
    (entry,) = audit.json()["items"]
    assert (entry["actor"], entry["action"], entry["details"]["reason"]) == ("anna", "events.unmask", "a city asks")
    assert entry["details"]["asked"]["where"] == order["where"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"topic": "registry.city"}, "matching publishes no topic isopolity.registry.city; it publishes"),
        (
            {"begin": "offset", "partition": 1, "offset": 999},
            "Nothing was written at the offset 999 yet: partition 1 of isopolity.matching.proposal holds nothing.",
        ),
        ({"begin": "offset", "partition": 1, "offset": 0}, "Nothing was written at the offset 0 yet: partition 1 of"),
        ({"begin": "offset", "partition": 1, "offset": "9" * 20}, f"Nothing was written at the offset {'9' * 20} yet"),
        ({"begin": "offset", "partition": 9, "offset": 1}, "has the partitions 0 to 5."),
        ({"begin": "offset", "offset": 1}, "Give a partition and an offset of it."),
        (
            {"begin": "offset", "partition": 0, "offset": 1, "topic": ["matching.proposal", "matching.interest"]},
            "choose",
        ),
        ({"begin": "offset", "partition": 0, "offset": "x"}, "whole number"),
        ({"begin": "time", "time": "yesterday"}, "Give a time such as 2027-03-31T09:10 (in UTC), a date, or 15m"),
        ({"begin": "time", "time": "999999d"}, "Give a time such as"),
        ({"where": "stage"}, "“stage” is no condition: write a field"),
        ({"where": "sides.answer = no"}, "sides.answer is masked"),
        ({"type": "isopolity.matching.proposal.sung.v1"}, "knows no event type isopolity.matching.proposal.sung.v1"),
        ({"header": "note"}, "Write a header as NAME=VALUE"),
        ({"header": "note=x"}, "This header is masked, or there is none; choose from ce_specversion, "),
        ({"after": "somewhere"}, "This is no place to go on from"),
        ({"after": "matching.interest:0"}, "These are places in other topics"),
        ({"after": "matching.proposal:0"}, "These are places in other topics"),
        ({"wait": 3}, "Waiting needs after"),
    ],
    ids=lambda value: None if isinstance(value, str) else "+".join(value),
)
async def test_what_is_wrong_gets_one_sentence(client: httpx.AsyncClient, asked: dict[str, Any], sentence: str) -> None:
    params = {"topic": "matching.proposal"} | asked
    answer = await client.get(PATH, params=params, headers=bearer("operator"))
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert sentence in error["detail"]


@pytest.mark.parametrize("name", ["matching.proposal.answered", "isopolity.matching.proposal.answered.v1"])
async def test_a_type_goes_by_its_whole_name_and_as_lists_print_it(
    client: httpx.AsyncClient, service: Service, name: str
) -> None:
    await publish(service, [proposal(1), proposal(2, "answered")])
    assert [each["key"] for each in (await found(client, type=name))["events"]] == ["p2"]


@pytest.fixture
def long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wait of ten seconds lasts two minutes: what ends within one has not waited, on a slow machine neither."""
    follow = ChildScanner.follow

    async def longer(scanner: ChildScanner, query: Query, begin: Mapping[TopicPartition, int], seconds: float) -> Any:
        return await follow(scanner, query, begin, 12 * seconds)

    monkeypatch.setattr(ChildScanner, "follow", longer)


@pytest.mark.usefixtures("long_waits")
async def test_who_follows_sees_an_event_at_once_and_only_what_fits(
    client: httpx.AsyncClient, service: Service
) -> None:
    await publish(service, [proposal(1)])
    newest = await found(client)
    asked = {"topic": "matching.proposal", "after": newest["newer"], "wait": 10, "key": "p3"}

    async def follow() -> httpx.Response:
        return await client.get(PATH, params=asked, headers=bearer("operator"))

    following = asyncio.create_task(follow())
    await asyncio.sleep(0)
    await publish(service, [proposal(2), proposal(3)])
    began = time.monotonic()
    answer = (await following).json()
    assert time.monotonic() - began < 60
    assert [event["key"] for event in answer["events"]] == ["p3"]
    assert "matching.proposal:" in answer["newer"]


@pytest.mark.usefixtures("long_waits")
async def test_who_goes_away_while_following_leaves_the_place_to_others(
    client: httpx.AsyncClient, service: Service
) -> None:
    newest = await found(client)

    async def leaving(scope: Scope, receive: Receive, send: Send) -> None:
        asked = iter([await receive()])

        async def hung_up() -> MutableMapping[str, Any]:
            return next(asked, {"type": "http.disconnect"})

        await service.app(scope, hung_up, send)

    began = time.monotonic()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(leaving), base_url="http://matching.example") as gone:
        assert (await found(gone, after=newest["newer"], wait=10))["events"] == []
    assert time.monotonic() - began < 60

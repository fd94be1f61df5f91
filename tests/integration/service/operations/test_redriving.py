"""Dead letters are published again in small batches, tried without doing anything, and told without what they say."""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from isopolity.contracts.catalogue import REGISTRY_CANARY
from isopolity.contracts.event_types import CANARY_SOUNDED
from isopolity.machine.clock import system_clock, uuid7
from isopolity.messaging.broker import Message, Record, TopicPartition
from isopolity.messaging.codec import to_message
from isopolity.messaging.dead_letters import COPY_OF, DeadLetter
from isopolity.persistence.unit_of_work import EventFactory
from isopolity.runtime.service import Service
from isopolity.web.operations.vitals import Vitals
from tests.support.polling import until
from tests.support.shared.note_service import bearer
from tests.support.shared.storage import canary

LETTERS = "/matching/v1/dead-letters"
OPERATOR = bearer("operator")
PLANTED = "Ana Planted, ana@planted.example"


def canary_message(name: str) -> Message:
    event = EventFactory("urn:isopolity:registry", system_clock, uuid7).event(CANARY_SOUNDED, canary(name))
    return to_message(event)


async def bury(service: Service, messages: Sequence[Message], first: int = -1_000) -> list[str]:
    """Dead letters of these messages, as if they had lain before all that lies there; returns their ids.

    The group has joined by then: of one that has no member nothing is awaited.
    """
    await until(lambda: service.vitals.groups[0].health().joined)
    letters = [
        DeadLetter.of(
            Record(each.topic, 0, first + number, 0, each.key, each.value, each.headers),
            group="isopolity.matching",
            reason="handler-failed",
            detail="KeyError",
            at=system_clock(),
        )
        for number, each in enumerate(messages)
    ]
    async with service.vitals.broker.producer() as producer:
        await producer.publish([each.to_message(service.vitals.dead_letter_topic) for each in letters])
    return [each.identity for each in letters]


async def listed(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get(LETTERS, headers=OPERATOR)).json()
    return found


async def redriven(client: httpx.AsyncClient, **order: Any) -> dict[str, Any]:
    answer = await client.post(f"{LETTERS}/redrive", headers=OPERATOR, json={"all": True} | order)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_all_are_sent_in_small_batches_and_read(client: httpx.AsyncClient, service: Service) -> None:
    await bury(service, [canary_message(f"n{number}") for number in range(12)])
    told = await redriven(client)
    assert len(told["redriven"]) == 12
    assert not any(told[fate] for fate in ("waiting", "returned", "left", "lost", "superseded"))
    assert await listed(client) == []


async def test_the_first_batch_in_which_one_returns_are_the_last_that_are_sent(
    client: httpx.AsyncClient, service: Service
) -> None:
    names = ["a", "bug", "c", "d", "e", "f", "g"]
    ids = await bury(service, [canary_message(name) for name in names])
    told = await redriven(client)
    assert [each["id"] for each in told["redriven"]] == ids[:5]
    assert [each["id"] for each in told["left"]] == ids[5:]
    (back,) = told["returned"]
    assert (back["detail"], back["failures"]) == ("ZeroDivisionError", 2), "failures count by the id of the event"
    assert {each["id"] for each in await listed(client)} == {back["id"], *ids[5:]}


async def test_after_the_seconds_that_were_given_nothing_more_is_sent_however_fast_all_is_read(
    client: httpx.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await bury(service, [canary_message(f"n{number}") for number in range(12)])
    broker = service.vitals.broker

    async def all_of_it(_group: str, topics: Sequence[str]) -> dict[TopicPartition, int]:
        return {place: found.end for place, found in (await broker.bounds(topics)).items()}

    monkeypatch.setattr(broker, "committed", all_of_it)
    told = await redriven(client, wait_seconds=0)
    assert [each["id"] for each in told["redriven"]] == ids[:5]
    assert ([each["id"] for each in told["left"]], told["waiting"], told["time_is_over"]) == (ids[5:], [], True)


async def test_what_is_being_read_when_the_time_is_over_is_told_apart_from_what_nobody_reads(
    client: httpx.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await bury(service, [canary_message(f"n{number}") for number in range(7)])

    async def nothing(_group: str, _topics: Sequence[str]) -> dict[Any, int]:
        return {}

    monkeypatch.setattr(service.vitals.broker, "committed", nothing)
    told = await redriven(client, wait_seconds=0)
    assert ([each["id"] for each in told["waiting"]], told["time_is_over"]) == (ids[:5], True)


async def test_all_dead_letters_are_read_no_more_often_for_more_batches(
    client: httpx.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bury(service, [canary_message(f"n{number}") for number in range(12)])
    reads, read = 0, Vitals.dead_letters

    async def counted(vitals: Vitals) -> Sequence[DeadLetter]:
        nonlocal reads
        reads += 1
        return await read(vitals)

    monkeypatch.setattr(Vitals, "dead_letters", counted)
    assert len((await redriven(client))["redriven"]) == 12
    assert reads == 2, "once to find them, once to know which there are"


async def test_what_a_stopped_group_does_not_read_is_told_and_the_rest_is_left(
    client: httpx.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = canary_message("n")
    ids = await bury(service, [letter] * 7)

    async def nobody(_group: str) -> list[Any]:
        return []

    async def nothing(_group: str, _topics: Sequence[str]) -> dict[Any, int]:
        return {}

    monkeypatch.setattr(service.vitals.broker, "members", nobody)  # as of a group that has stopped
    monkeypatch.setattr(service.vitals.broker, "committed", nothing)
    told = await redriven(client)
    assert ([each["id"] for each in told["waiting"]], told["time_is_over"]) == (ids[:5], False)
    assert [each["id"] for each in told["left"]] == ids[5:]


async def test_a_trial_tells_of_each_what_can_be_read_and_what_the_group_did(
    client: httpx.AsyncClient, service: Service
) -> None:
    good, bad = await bury(service, [canary_message("n"), Message(REGISTRY_CANARY.name, "k", PLANTED.encode())])
    told = await redriven(client, dry_run=True)
    first, second = told["trials"]
    assert (first["id"], first["decodes"], first["groups"]) == (
        good,
        True,
        [{"group": "isopolity.matching", "state": "gave-up"}],
    )
    assert (second["id"], second["decodes"], bool(second["problem"])) == (bad, False, True)
    assert PLANTED not in str(told)
    assert len(await listed(client)) == 2


async def test_a_copy_that_was_read_already_is_told_as_handled(client: httpx.AsyncClient, service: Service) -> None:
    """A process died after it had published the copy, and before it marked the letter."""
    message = canary_message("n")
    (letter,) = await bury(service, [message], first=-1)
    async with service.vitals.broker.producer() as producer:
        copy = [*message.headers, (COPY_OF, letter.encode())]
        await producer.publish([message._replace(headers=copy)])

    async def handled() -> bool:
        told = await redriven(client, dry_run=True)
        return bool(told["trials"][0]["groups"] == [{"group": "isopolity.matching", "state": "handled"}])

    await until(handled)


async def test_lists_tell_no_key_that_may_be_a_name(client: httpx.AsyncClient, service: Service) -> None:
    unfit = Message(REGISTRY_CANARY.name, "ana", PLANTED.encode())
    await bury(service, [canary_message("n")._replace(key=PLANTED), unfit, canary_message("fine")])
    answer = await client.get(LETTERS, headers=bearer("operator:read"))
    assert sorted(each["key"] for each in answer.json()) == ["", "", "canary-fine"]
    assert PLANTED not in answer.text


async def test_to_see_one_unmasked_takes_a_right_and_a_reason(client: httpx.AsyncClient, service: Service) -> None:
    (letter,) = await bury(service, [Message(REGISTRY_CANARY.name, "ana", PLANTED.encode())])
    wanted = {"id": letter, "reason": "a city asks"}
    assert (await client.post(f"{LETTERS}/unmask", headers=OPERATOR, json=wanted | {"reason": ""})).status_code == 422
    refused = await client.post(f"{LETTERS}/unmask", headers=bearer("operator:redrive"), json=wanted)
    assert refused.status_code == 403
    shown = await client.post(f"{LETTERS}/unmask", headers=bearer("operator:unmask"), json=wanted)
    assert (shown.json()["value"], shown.json()["key"]) == (PLANTED, "ana")
    (entry,) = (await client.get("/matching/v1/audit", headers=bearer("staff"))).json()["items"]
    assert (entry["action"], entry["details"]) == ("dead-letters.unmask", wanted)

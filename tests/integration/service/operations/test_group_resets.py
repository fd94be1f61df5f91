"""A paused group is reset: back within what it remembers, forward over what becomes dead letters; previewed first."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from isopolity.contracts.catalogue import REGISTRY_CANARY
from isopolity.contracts.event_types import CANARY_SOUNDED, PROPOSAL_DECLINED, PROPOSAL_EXPIRED
from isopolity.contracts.seen_events import CLOSED_TYPE
from isopolity.machine.clock import system_clock, uuid7
from isopolity.messaging.broker import Batch, Message, Reader, TopicPartition
from isopolity.messaging.codec import to_message
from isopolity.messaging.consuming.health import RunnerState
from isopolity.persistence.unit_of_work import EventFactory
from isopolity.runtime.sampling import StreamSampler
from isopolity.runtime.service import Service
from isopolity.web.operations.vitals import ConsumerGroup
from tests.support.polling import until
from tests.support.shared.note_service import bearer
from tests.support.shared.storage import canary

GROUP = "isopolity.matching"
PATH = f"/matching/v1/groups/{GROUP}"
PAUSER = bearer("operator:pause")
TOPIC = REGISTRY_CANARY.name
CONFIRMED = {"topic": TOPIC, "typed_name": GROUP, "reason": "a test resets it"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isopolity.messaging.consuming.settings.LOOK_EVERY", 0.05)


async def sound(service: Service, names: Sequence[str]) -> None:
    factory = EventFactory("urn:isopolity:registry", system_clock, uuid7)
    async with service.vitals.broker.producer() as producer:
        await producer.publish([to_message(factory.event(CANARY_SOUNDED, canary(name))) for name in names])


async def notes(client: httpx.AsyncClient) -> int:
    status = await client.get("/matching/v1/status", headers=bearer("operator"))
    return int(status.json()["counts"]["notes"])


async def pause(service: Service, client: httpx.AsyncClient) -> None:
    await client.post(f"{PATH}/pause", headers=PAUSER, json={"reason": "a test"})
    await until(lambda: service.vitals.groups[0].health().state is RunnerState.PAUSED)


async def resume(client: httpx.AsyncClient) -> None:
    await client.post(f"{PATH}/resume", headers=PAUSER, json={"reason": "a test"})


async def order(client: httpx.AsyncClient, **wanted: Any) -> httpx.Response:
    return await client.post(f"{PATH}/reset", headers=PAUSER, json=CONFIRMED | wanted)


async def letters(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get("/matching/v1/dead-letters", headers=bearer("operator"))).json()
    return found


async def waiting(service: Service) -> int:
    return sum((await service.vitals.broker.group_lag(GROUP, [TOPIC])).values())


async def test_a_reset_back_reads_again_and_does_nothing_twice(client: httpx.AsyncClient, service: Service) -> None:
    await sound(service, ["a", "b", "c"])

    async def read() -> bool:
        return await notes(client) == 6 and await waiting(service) == 0

    await until(read)
    await pause(service, client)
    preview = (await order(client, to="start", dry_run=True)).json()
    assert (preview["again"], preview["skipped"]) == (3, 0)
    (move,) = [each for each in preview["moves"] if each["records"]]
    assert (move["after"], move["types"]) == (0, {CANARY_SOUNDED: 3})
    assert await waiting(service) == 0, "a preview does nothing"
    assert (await order(client, to="start")).status_code == 200
    assert await waiting(service) == 3
    await resume(client)
    await until(read)
    assert await letters(client) == []
    actions = [
        each["action"] for each in (await client.get("/matching/v1/audit", headers=bearer("staff"))).json()["items"]
    ]
    assert actions == ["groups.resume", "groups.reset", "groups.pause"], "a preview is no act"
    await StreamSampler(vitals=service.vitals).sample()
    (group,) = (await client.get("/matching/v1/streams", headers=bearer("operator"))).json()["consumers"]
    assert [each["action"] for each in group["acts"]] == actions
    assert [each["reason"] for each in group["acts"]] == ["", CONFIRMED["reason"], "a test"]


async def test_what_a_reset_forward_passes_over_becomes_dead_letters_that_can_be_redriven(
    client: httpx.AsyncClient, service: Service
) -> None:
    await pause(service, client)
    await sound(service, ["a", "b", "c"])
    beyond = (await order(client, to="offset", partition=0, offset=4)).json()
    assert "holds the offsets 0 to 2; give one of them, or 3 for their end." in beyond["detail"]
    done = (await order(client, to="offset", partition=0, offset=2)).json()
    assert (done["skipped"], done["again"]) == (2, 0)
    assert [(each["reason"], each["key"]) for each in await letters(client)] == [
        ("skipped", "canary-a"),
        ("skipped", "canary-b"),
    ]
    await resume(client)

    async def only_the_last() -> bool:
        return await notes(client) == 2 and await waiting(service) == 0

    await until(only_the_last)
    told = await client.post("/matching/v1/dead-letters/redrive", headers=bearer("operator"), json={"all": True})
    assert len(told.json()["redriven"]) == 2

    async def all_three() -> bool:
        return await notes(client) == 6

    await until(all_three)
    assert await letters(client) == []


async def test_what_lies_beyond_the_place_of_a_reset_is_not_read(
    client: httpx.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pause(service, client)
    await sound(service, [f"n{number}" for number in range(400)])
    fetched = 0
    reader_of = service.vitals.broker.reader

    @asynccontextmanager
    async def counting(topics: Sequence[str]) -> AsyncIterator[Reader]:
        async with reader_of(topics) as reader:
            fetch = reader.fetch

            async def counted(*, limit: int, timeout: float) -> Sequence[Batch]:
                nonlocal fetched
                batches = await fetch(limit=limit, timeout=timeout)
                fetched += sum(len(batch.records) for batch in batches)
                return batches

            monkeypatch.setattr(reader, "fetch", counted)
            yield reader

    monkeypatch.setattr(service.vitals.broker, "reader", counting)
    preview = (await order(client, to="offset", partition=0, offset=1, dry_run=True)).json()
    assert (preview["skipped"], preview["moves"][0]["more"]) == (1, False)
    assert fetched <= 100, "a group that stands still has a backlog, of which a step reads a page at most"


async def test_a_preview_tells_of_no_proposal_how_it_closed(client: httpx.AsyncClient, service: Service) -> None:
    await pause(service, client)
    closed = [
        Message(TOPIC, "p", b"{}", [("ce_type", name.encode())]) for name in (PROPOSAL_DECLINED, PROPOSAL_EXPIRED)
    ]
    async with service.vitals.broker.producer() as producer:
        await producer.publish(closed)
    for begin in (1, 2):
        preview = (await order(client, to="offset", partition=0, offset=begin, dry_run=True)).json()
        assert preview["moves"][0]["types"] == {CLOSED_TYPE: begin}


async def test_no_reset_goes_back_past_what_the_group_remembers(
    client: httpx.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sound(service, ["a"])

    async def read() -> bool:
        return await notes(client) == 2 and await waiting(service) == 0

    await until(read)
    await asyncio.sleep(0.01)  # a record of this millisecond is not older than nothing
    groups = service.vitals.groups
    forgetful: list[ConsumerGroup] = [replace(group, remembers=timedelta()) for group in groups]
    monkeypatch.setattr(type(service.vitals), "groups", forgetful, raising=False)
    refused = await order(client, to="start", dry_run=True)
    assert refused.status_code == 422
    assert "may read nothing again from before" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"to": "offset", "partition": 0, "offset": 99}, f"Partition 0 of {TOPIC} holds nothing."),
        ({"to": "offset", "offset": None}, "Give an offset, and the one partition that it is of."),
        ({"to": "end", "partition": 7}, f"{TOPIC} has no partition 7; it has 0 to 0."),
        ({"to": "end", "topic": "isopolity.none"}, f"{GROUP} does not read isopolity.none; it reads {TOPIC}, "),
        ({"to": "moment"}, "Give the moment, with its zone: 2026-11-28T09:00:00Z."),
        ({"to": "moment", "moment": datetime(2999, 1, 1, tzinfo=UTC).isoformat()}, "has not come yet"),
        (
            {"to": "end", "typed_name": "matching", "dry_run": False},
            f"Type the name of the group, {GROUP}, to reset it.",
        ),
        ({"to": "end", "reason": "", "dry_run": False}, "Give a reason for the audit"),
        ({"to": "end", "dry_run": False}, f"Pause {GROUP} first"),
    ],
    ids=["offset", "no offset", "partition", "topic", "no moment", "future", "name", "reason", "not paused"],
)
async def test_what_is_wrong_with_an_order_is_one_sentence(
    client: httpx.AsyncClient, wanted: dict[str, Any], sentence: str
) -> None:
    refused = await order(client, **{"dry_run": True, **wanted})
    assert refused.status_code in (409, 422)
    assert sentence in refused.json()["detail"]


async def test_a_group_whose_processes_have_not_all_stopped_is_not_moved(
    client: httpx.AsyncClient, service: Service
) -> None:
    await pause(service, client)
    async with service.vitals.broker.consumer(GROUP, [TOPIC]):  # another instance, which has not looked yet
        refused = await order(client, to="start")
    assert (refused.status_code, "have not all stopped yet" in refused.json()["detail"]) == (409, True)
    assert (await service.vitals.broker.committed(GROUP, [TOPIC])).get(TopicPartition(TOPIC, 0)) in (None, 0)


async def test_a_reset_takes_the_right_to_pause(client: httpx.AsyncClient) -> None:
    wanted = {"topic": TOPIC, "to": "start", "dry_run": True}
    assert (await client.post(f"{PATH}/reset", headers=bearer("operator:redrive"), json=wanted)).status_code == 403

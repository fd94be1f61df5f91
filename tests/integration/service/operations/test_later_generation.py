"""A service whose topics are of the second generation: places of the first are reported as such."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from isopolity.contracts.catalogue import PROPOSAL, REGISTRY_CANARY
from isopolity.machine.clock import system_clock
from isopolity.messaging.broker import Record
from isopolity.messaging.dead_letters import DeadLetter
from isopolity.runtime.process import running
from isopolity.runtime.service import Service
from tests.support.shared.note_service import NoteSettings, bearer, open_notes
from tests.support.shared.storage import give_scans_time

GROUP = "isopolity.matching"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with open_notes(NoteSettings(data=tmp_path, topic_generation=2, topic_partitions=3)) as service:
        give_scans_time(service)
        async with running(service.tasks):
            yield service


@pytest.mark.parametrize(
    ("partition", "sentence"),
    [
        (2, "This place is of generation 1 of its topic, which is read no longer; generation 2 is."),
        (1003, f"{PROPOSAL.name} has the partitions 1000 to 1002."),
    ],
)
async def test_place_of_an_earlier_generation_is_refused(
    client: httpx.AsyncClient, partition: int, sentence: str
) -> None:
    asked: dict[str, str | int] = {"begin": "offset", "partition": partition, "offset": 1, "topic": PROPOSAL.name}
    answer = await client.get("/matching/v1/events", params=asked, headers=bearer("operator:read"))
    assert answer.status_code == 422
    assert sentence in answer.text


async def test_a_reset_names_the_partitions_that_there_are(client: httpx.AsyncClient) -> None:
    order = {"topic": REGISTRY_CANARY.name, "to": "end", "partition": 0, "dry_run": True}
    path = f"/matching/v1/groups/{GROUP}/reset"
    refused = await client.post(path, json=order, headers=bearer("operator:pause"))
    assert "has no partition 0; it has 1000 to 1000." in refused.json()["detail"]


async def test_what_another_group_did_in_the_generation_before_is_unknown(
    client: httpx.AsyncClient, service: Service
) -> None:
    record = Record(REGISTRY_CANARY.name, 0, 7, 0, "k", b"{}", [])
    letter = DeadLetter.of(record, group="isopolity.notify", reason="handler-failed", detail="", at=system_clock())
    async with service.vitals.broker.producer() as producer:
        await producer.publish([letter.to_message(service.vitals.dead_letter_topic)])
    order = {"all": True, "dry_run": True}
    listed = await client.post("/matching/v1/dead-letters/redrive", json=order, headers=bearer("operator"))
    (trial,) = listed.json()["trials"]
    assert {each["group"]: each["state"] for each in trial["groups"]}[GROUP] == "unknown"

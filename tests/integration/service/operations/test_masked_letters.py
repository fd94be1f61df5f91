"""A dead letter as any operator may see it: as its event's page tells it, and nothing else that a record says."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from isopolity.contracts.catalogue import CITY, PROPOSAL
from isopolity.contracts.seen_events import masked_event
from isopolity.machine.clock import system_clock
from isopolity.messaging.broker import Record
from isopolity.messaging.dead_letters import DeadLetter
from isopolity.runtime.service import Service
from isopolity.web.operations.letters.dead_letters import masked
from isopolity.web.operations.letters.summaries import summary
from tests.support.shared.note_service import bearer

GOLDEN = Path(__file__).parents[3] / "contract" / "events" / "golden" / "isopolity.matching.proposal.issued.v1.json"
PLANTED = "Ana Planted, ana@planted.example, +358 40 123 4567"
TYPE = "isopolity.matching.proposal.issued.v1"


def proposal(**changes: Any) -> bytes:
    example = json.loads(GOLDEN.read_text(encoding="utf-8"))
    data = example.get("data", example)
    data["sides"][0] |= {"about": PLANTED, "answer": "no"}
    return json.dumps(data | changes).encode()


def letter(value: bytes | None, *, topic: str = PROPOSAL.name, key: str = "p1", **headers: str) -> DeadLetter:
    told = {"ce_type": TYPE, "ce_id": "e1", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "note": PLANTED} | headers
    record = Record(topic, 3, 17, 0, key, value, [(name, text.encode()) for name, text in told.items()])
    at = datetime(2026, 11, 27, 9, tzinfo=UTC)
    return DeadLetter.of(record, group="isopolity.notify", reason="handler-failed", detail="KeyError", at=at)


def test_of_an_event_that_fits_as_much_is_masked_as_on_its_own_page() -> None:
    found = masked(letter(proposal()))
    told = found.model_dump_json()
    assert found.fits
    assert not any(part in told for part in (PLANTED, "ana@", '"no"'))
    by_name = {field.name: field.value for field in found.fields}
    assert by_name["proposal_id"]
    event = masked_event("p1", proposal(), [("ce_type", TYPE.encode())])
    assert event.data is not None
    assert json.loads(str(by_name["sides"])) == event.data["sides"]
    assert by_name["stage"] == event.data["stage"] == "issued"
    assert {name: by_name[name] for name in ("asked_by", "lapsed_by")} == {"asked_by": None, "lapsed_by": None}
    assert found.event_type == TYPE
    assert found.trace_id == "a" * 32
    assert found.headers["ce_id"] == "e1"
    assert found.hidden_headers == 1
    assert len(found.members) == 2


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (PLANTED.encode(), {}),
        (b"\xff\xfe", {}),
        (None, {}),
        (b"[" * 10_000, {}),
        (proposal(sides=PLANTED), {}),
        (proposal(proposal_id=7), {}),
        (proposal(), {"ce_type": PLANTED}),
        (json.dumps({PLANTED: 1}).encode(), {}),
    ],
    ids=["text", "no text", "nothing", "deep", "wrong sides", "wrong id", "unknown type", "unknown names"],
)
def test_of_a_record_that_does_not_fit_nothing_is_told_that_it_came_with(
    value: bytes | None, headers: dict[str, str]
) -> None:
    found = masked(letter(value, **headers))
    told = found.model_dump_json()
    assert not found.fits
    assert not any(part in told for part in (PLANTED, "ana@", "e1"))
    assert (found.headers, found.members, found.key, found.trace_id) == ({}, [], "", None)
    assert all(field.value is None for field in found.fields)


def test_what_a_side_answered_shows_neither_in_a_type_nor_in_which_fields_there_are() -> None:
    kinds = ("declined", "expired")
    told = [
        masked(letter(proposal(stage=kind, **more), ce_type=f"isopolity.matching.proposal.{kind}.v1"))
        for kind, more in zip(kinds, ({}, {"lapsed_by": "a"}), strict=True)
    ]
    assert [found.fits for found in told] == [True, True]
    assert told[0] == told[1]


def test_a_field_that_the_contract_does_not_know_is_counted() -> None:
    found = masked(letter(proposal(**{PLANTED: "x"})))
    assert (found.fits, found.unknown_fields) == (True, 1)
    assert PLANTED not in found.model_dump_json()


@pytest.mark.parametrize("planted", [PLANTED, "ana.planted"])
def test_what_lies_on_another_topic_names_no_member_by_that_topics_fields(planted: str) -> None:
    found = masked(letter(proposal(city_id=planted), topic=CITY.name))
    assert (found.fits, found.members) == (True, [])
    assert planted not in found.model_dump_json()


def test_a_key_that_the_event_does_not_name_is_told_in_no_list() -> None:
    named = json.loads(proposal())["proposal_id"]
    assert summary(letter(proposal(), key="ana.planted")).key == ""
    assert summary(letter(proposal(), key=named)).key == named


async def test_who_may_read_sees_it_masked(client: httpx.AsyncClient, service: Service) -> None:
    dead = letter(proposal())
    async with service.vitals.broker.producer() as producer:
        await producer.publish([dead.to_message(service.vitals.dead_letter_topic)])
    path = f"/matching/v1/masked-letters/{dead.identity}"
    answer = await client.get(path, headers=bearer("operator:read"))
    assert answer.status_code == 200
    assert PLANTED not in answer.text
    assert (await client.get(path)).status_code == 401
    assert (await client.get(f"{path}0", headers=bearer("operator"))).status_code == 404
    assert system_clock() > dead.at

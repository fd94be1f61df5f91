"""The journal over HTTP: in pages, for operators, with one sentence for what it cannot tell."""

from typing import Any

import httpx
import pytest

from isopolity.contracts.seen_events import CLOSED_TYPE
from isopolity.messaging.broker import Message, Place
from isopolity.persistence.journal.lines import Placed, keep_lines, line_of_message
from isopolity.runtime.service import Service
from isopolity.web.paging import pair_cursor
from tests.support.events.golden_examples import example
from tests.support.shared.note_service import bearer

PATH = "/matching/v1/journal"
TYPES = [f"isopolity.matching.proposal.{name}.v1" for name in ("issued", "declined", "expired")]


@pytest.fixture(autouse=True)
async def _three_events(service: Service) -> None:
    placed = []
    for number, name in enumerate(TYPES):
        golden = example(name)
        told = golden.headers | {"ce_id": f"e{number}", "ce_time": f"2026-03-0{number + 1}T12:00:00+00:00"}
        headers = [(each, value.encode()) for each, value in told.items()]
        message = Message(golden.topic, golden.key, golden.value, headers)
        placed.append(Placed(line_of_message(message), Place(golden.topic, 1, number)))
    async with service.vitals.database.writing() as connection:
        await keep_lines(connection, service.vitals.tables.journal, placed)
        await connection.commit()


async def asked(client: httpx.AsyncClient, path: str = PATH, scope: str = "operator:read", **parameters: Any) -> Any:
    return await client.get(path, params=parameters, headers=bearer(scope))


async def test_lines_come_in_pages_and_no_answer_of_a_side_is_told(client: httpx.AsyncClient) -> None:
    events: dict[str, Any] = {"event": ["e0", "e1", "e2", "nobody"]}
    first = (await asked(client, limit=2, **events)).json()
    second = (await asked(client, limit=2, cursor=first["next"], **events)).json()
    assert [each["event_id"] for each in first["items"] + second["items"]] == ["e0", "e1", "e2"]
    assert [each["type"] for each in first["items"] + second["items"]] == [TYPES[0], CLOSED_TYPE, CLOSED_TYPE]
    counted = (await asked(client, f"{PATH}/counts", **events)).json()
    assert {each["type"]: each["number"] for each in counted["items"]} == {CLOSED_TYPE: 2, TYPES[0]: 1}


async def test_what_cannot_be_told_is_refused_in_a_sentence(client: httpx.AsyncClient) -> None:
    wrong = [
        {},
        {"event": "a b"},
        {"event": "e0", "cursor": "nonsense"},
        {"event": "e0", "cursor": pair_cursor("2026-03-01T12:00:00", "e0")},
        {"event": "e0", "cursor": pair_cursor("0001-01-01T00:00:00+23:00", "e0")},
        {"event": "e0", "cursor": pair_cursor("soon", "e0")},
    ]
    answers = [await asked(client, **parameters) for parameters in wrong]
    assert [answer.status_code for answer in answers] == [422] * len(wrong)
    assert all(answer.json()["detail"] for answer in answers)
    assert (await asked(client, scope="staff", event="e0")).status_code == 403

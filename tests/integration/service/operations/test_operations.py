"""Routes of operators: health, status, metrics, dead letters and their way back."""

import asyncio
from dataclasses import replace
from typing import Any, NoReturn

import httpx
import pytest

from isopolity.contracts.catalogue import REGISTRY_CANARY
from isopolity.contracts.event_types import CANARY_SOUNDED
from isopolity.machine.clock import system_clock, uuid7
from isopolity.messaging.broker import MAX_MESSAGE_BYTES, Record
from isopolity.messaging.codec import to_message
from isopolity.messaging.dead_letters import DeadLetter
from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable
from isopolity.observability.catalogue import PUBLISHED
from isopolity.persistence.database import Database, DatabaseUnavailable
from isopolity.persistence.unit_of_work import EventFactory
from isopolity.runtime.service import Service
from isopolity.runtime.upkeep import measure
from isopolity.web.operations.report import status_report
from tests.support.polling import until
from tests.support.shared.note_service import bearer
from tests.support.shared.storage import canary

DEAD_LETTERS = "/matching/v1/dead-letters"


async def status(client: httpx.AsyncClient) -> dict[str, Any]:
    response = await client.get("/matching/v1/status", headers=bearer("operator"))
    assert response.status_code == 200
    return dict(response.json())


async def quiet(client: httpx.AsyncClient, *, notes: int) -> dict[str, Any]:
    """The status once `notes` are there and nothing waits; each looks at the outbox first, and at the notes last."""
    seen = [await status(client)]

    async def done() -> bool:
        seen.append(await status(client))
        (consumer,) = seen[-1]["consumers"]
        rests = seen[-1]["outbox"]["depth"] == 0 and consumer["lag"] == 0 and consumer["ready"]
        return bool(rests and seen[-2]["counts"]["notes"] == notes)

    await until(done)
    return seen[-1]


async def test_status_tells_that_nothing_waits_once_all_is_done(client: httpx.AsyncClient) -> None:
    await client.post("/matching/v1/notes/a")
    found = await quiet(client, notes=2)
    (consumer,) = found["consumers"]
    assert found["outbox"] == {"depth": 0, "oldest_seconds": None}
    assert (consumer["state"], consumer["ready"], consumer["oldest_seconds"]) == ("running", True, None)
    assert found["dead_letters"] == {}


@pytest.mark.parametrize("path", ["/matching/v1/status", "/matching/v1/streams", DEAD_LETTERS])
async def test_operations_need_the_operators_scope(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 401
    assert (await client.get(path, headers=bearer("staff", "member"))).status_code == 403


async def test_a_live_and_ready_service_says_so_to_anyone(client: httpx.AsyncClient, service: Service) -> None:
    answers: list[httpx.Response] = []

    async def ready() -> bool:
        answers.append(await client.get("/matching/health/ready"))
        return answers[-1].status_code == 200

    await until(ready)
    assert answers[-1].json() == {
        "ok": True,
        "parts": dict.fromkeys(["database", "broker", "isopolity.matching", "migrations", "revocations"], "ok"),
        "surroundings": {},
    }
    assert (await client.get("/matching/health/live")).json()["ok"] is True


async def test_a_service_without_its_database_is_live_but_not_ready(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_self: Database) -> None:
        raise DatabaseUnavailable

    monkeypatch.setattr(Database, "ping", away)
    response = await client.get("/matching/health/ready")
    assert response.status_code == 503
    assert response.json()["parts"]["database"] == "does not answer"
    assert (await client.get("/matching/health/live")).status_code == 200


async def test_metrics_are_open_to_scraping_from_inside_and_count_what_happened(
    client: httpx.AsyncClient, service: Service
) -> None:
    await client.post("/matching/v1/notes/a")
    await quiet(client, notes=2)
    published = f'{PUBLISHED.name}{{service="matching"}} 2.0'
    await until(lambda: published.encode() in service.metrics.text())  # counted once they have left the outbox
    await measure(service.vitals, service.metrics)
    response = await client.get("/matching/metrics", headers={"Host": "matching:8000"})
    assert response.headers["content-type"].startswith("text/plain")
    lines = response.text.splitlines()
    assert published in lines
    assert 'isopolity_outbox_depth{service="matching"} 0.0' in lines
    consumed = 'group="isopolity.matching",service="matching",topic="isopolity.registry.canary"'
    assert f"isopolity_events_consumed_total{{{consumed}}} 1.0" in lines
    assert any('route="/matching/v1/notes/{name}",service="matching",status="200"' in line for line in lines)


async def test_a_dead_letter_is_listed_shown_and_sent_again(client: httpx.AsyncClient, service: Service) -> None:
    await client.post("/matching/v1/notes/bug")

    async def buried() -> bool:
        return bool((await status(client))["dead_letters"] == {"handler-failed": 1})

    await until(buried)
    headers = bearer("operator")
    (letter,) = (await client.get(DEAD_LETTERS, headers=headers)).json()
    assert letter["topic"] == REGISTRY_CANARY.name
    assert (letter["key"], letter["detail"]) == ("canary-bug", "ZeroDivisionError")
    wanted = {"id": letter["id"], "reason": "a city asks"}
    detail = (await client.post(f"{DEAD_LETTERS}/unmask", headers=headers, json=wanted)).json()
    assert '"canary_id":"canary-bug"' in detail["value"]
    assert detail["headers"]["ce_type"] == "isopolity.registry.canary.sounded.v1"

    rehearsed = await client.post(f"{DEAD_LETTERS}/redrive", headers=headers, json={"all": True, "dry_run": True})
    assert [entry["id"] for entry in rehearsed.json()["redriven"]] == [letter["id"]]
    assert (await status(client))["dead_letters"] == {"handler-failed": 1}
    await client.post(f"{DEAD_LETTERS}/redrive", headers=headers, json={"ids": [letter["id"]]})

    async def came_back() -> bool:
        letters = (await client.get(DEAD_LETTERS, headers=headers)).json()
        return [one["key"] for one in letters] == [letter["key"]] and letters[0]["id"] != letter["id"]

    await until(came_back)
    entry, looked = (await client.get("/matching/v1/audit", headers=bearer("staff"))).json()["items"]
    assert (entry["actor_kind"], entry["actor"], entry["action"]) == ("operator", "anna", "dead-letters.redrive")
    assert entry["details"] == {"ids": [letter["id"]], "superseded": []}
    assert (looked["action"], looked["details"]) == ("dead-letters.unmask", wanted)


async def test_letter_that_nobody_needs_is_settled_with_a_reason_that_the_audit_keeps(
    client: httpx.AsyncClient, service: Service
) -> None:
    records = [Record(REGISTRY_CANARY.name, 0, offset, 90_000, "k", b"{}", []) for offset in (7, 8)]
    letters = [
        DeadLetter.of(record, group="isopolity.matching", reason="bad", detail="", at=system_clock())
        for record in records
    ]
    async with service.vitals.broker.producer() as producer:
        await producer.publish([letter.to_message(service.vitals.dead_letter_topic) for letter in letters])
    headers, chosen = bearer("operator"), [letters[0].identity]
    unexplained = await client.post(f"{DEAD_LETTERS}/settle", headers=headers, json={"ids": chosen})
    answer = await client.post(
        f"{DEAD_LETTERS}/settle", headers=headers, json={"ids": chosen, "reason": "entered by hand"}
    )
    again = await client.post(f"{DEAD_LETTERS}/settle", headers=headers, json={"ids": chosen, "reason": "once more"})
    assert (unexplained.status_code, again.status_code) == (422, 404)
    assert [letter["id"] for letter in answer.json()["settled"]] == chosen
    (kept,) = (await client.get(DEAD_LETTERS, headers=headers)).json()
    assert (kept["id"], kept["written_at"]) == (letters[1].identity, "1970-01-01T00:01:30Z")
    (entry,) = (await client.get("/matching/v1/audit", headers=bearer("staff"))).json()["items"]
    assert (entry["actor"], entry["action"]) == ("anna", "dead-letters.settle")
    assert entry["details"] == {"ids": chosen, "reason": "entered by hand"}


async def test_a_reference_whose_original_is_gone_is_told_and_stays(
    client: httpx.AsyncClient, service: Service
) -> None:
    record = Record(REGISTRY_CANARY.name, 0, 4711, 0, "k", b"x" * MAX_MESSAGE_BYTES, [])
    letter = DeadLetter.of(record, group="isopolity.matching", reason="bad", detail="", at=system_clock())
    async with service.vitals.broker.producer() as producer:
        await producer.publish([letter.to_message(service.vitals.dead_letter_topic)])
    headers = bearer("operator")
    answer = (await client.post(f"{DEAD_LETTERS}/redrive", headers=headers, json={"all": True})).json()
    assert ([one["id"] for one in answer["lost"]], answer["redriven"]) == ([letter.identity], [])
    (kept,) = (await client.get(DEAD_LETTERS, headers=headers)).json()
    assert (kept["id"], kept["is_reference"]) == (letter.identity, True)


async def test_a_redrive_that_the_broker_refuses_says_so(
    client: httpx.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = Record(REGISTRY_CANARY.name, 0, 0, 0, "k", b"{}", [])
    letter = DeadLetter.of(record, group="isopolity.matching", reason="bad", detail="", at=system_clock())
    async with service.vitals.broker.producer() as producer:
        await producer.publish([letter.to_message(service.vitals.dead_letter_topic)])

    def refuse(_transactional_id: str | None = None) -> NoReturn:
        raise BrokerRefused("Kafka refused publishing: no right")

    monkeypatch.setattr(service.vitals.broker, "producer", refuse)
    response = await client.post(f"{DEAD_LETTERS}/redrive", headers=bearer("operator"), json={"all": True})
    assert response.status_code == 409
    assert "Kafka refused publishing: no right" in response.json()["detail"]


@pytest.mark.parametrize(
    ("body", "answer"),
    [({}, 422), ({"ids": ["isopolity.registry.city/0/7"]}, 404), ({"all": True}, 200)],
)
async def test_redrive_says_what_is_wrong_with_a_choice(
    client: httpx.AsyncClient, body: dict[str, Any], answer: int
) -> None:
    response = await client.post(f"{DEAD_LETTERS}/redrive", headers=bearer("operator"), json=body)
    assert response.status_code == answer


async def test_what_waits_is_told_with_its_age(client: httpx.AsyncClient, service: Service) -> None:
    event = EventFactory("urn:isopolity:test", system_clock, uuid7).event(CANARY_SOUNDED, canary("late"))

    async def waits() -> bool:
        (consumer,) = (await status(client))["consumers"]
        return bool(consumer["lag"] == 1 and consumer["oldest_seconds"] is not None)

    async with service.vitals.database.writing():  # in SQLite the consumer cannot write meanwhile
        async with service.vitals.broker.producer() as producer:
            await producer.publish([to_message(event)])
        await until(waits)
    await quiet(client, notes=2)


async def test_a_status_that_cannot_be_had_in_time_is_no_endless_wait(service: Service) -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    stuck = replace(service.vitals, canary=never)
    with pytest.raises(BrokerUnavailable, match="within"):  # answered with 503
        await status_report(stuck, patience=0.05)

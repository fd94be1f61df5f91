"""A group is paused and resumed over HTTP: its instances obey, over a restart too, and the audit keeps who did it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from isopolity.machine.clock import system_clock
from isopolity.messaging.consuming.health import RunnerState
from isopolity.persistence.database import Database, DatabaseUnavailable
from isopolity.runtime.process import running
from isopolity.runtime.sampling import StreamSampler
from isopolity.runtime.service import Service
from isopolity.web.operations.troubles import troubles_of
from tests.support.messaging.hooked_broker import everything
from tests.support.polling import until
from tests.support.portal.operations import reports
from tests.support.shared.note_service import NoteSettings, bearer, open_notes

GROUP = "isopolity.matching"
GROUPS = f"/matching/v1/groups/{GROUP}"
PAUSER = bearer("operator:pause")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isopolity.messaging.consuming.settings.LOOK_EVERY", 0.05)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Service, httpx.AsyncClient]]:
    async with (
        open_notes(NoteSettings(data=folder)) as service,
        running(service.tasks),
        httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url="http://matching.example") as client,
    ):
        yield service, client


def state(service: Service) -> RunnerState:
    return service.vitals.groups[0].health().state


async def streams(service: Service, client: httpx.AsyncClient) -> dict[str, Any]:
    await StreamSampler(vitals=service.vitals).sample()
    answer = await client.get("/matching/v1/streams", headers=bearer("operator"))
    return dict(answer.json())


async def test_a_paused_group_stays_paused_over_a_restart_and_reads_all_when_resumed(tmp_path: Path) -> None:
    async with opened(tmp_path) as (service, client):
        paused = await client.post(f"{GROUPS}/pause", headers=PAUSER, json={"reason": "a bad release"})
        assert (paused.status_code, paused.json()["is_paused"]) == (200, True)
        await until(lambda: state(service) is RunnerState.PAUSED)
        assert (await client.get("/matching/health/live")).status_code == 200
        await client.post("/matching/v1/notes/a")
    async with opened(tmp_path) as (service, client):
        await until(lambda: state(service) is RunnerState.PAUSED)
        told = await streams(service, client)
        (group,) = told["consumers"]
        assert (group["state"], group["ready"], group["pause_reason"]) == ("paused", True, "a bad release")
        assert [(act["actor"], act["action"], act["reason"]) for act in group["acts"]] == [
            ("anna", "groups.pause", "a bad release")
        ]
        (trouble,) = [each for each in troubles_of(reports(matching=told)) if each.kind == "paused"]
        assert (trouble.detail, trouble.by) == ("a bad release", "anna")
        assert trouble.since == datetime.fromisoformat(group["paused_at"])
        assert trouble.group == GROUP
        resumed = await client.post(f"{GROUPS}/resume", headers=PAUSER, json={"reason": "rolled back"})
        assert resumed.status_code == 200

        async def read() -> bool:
            status = await client.get("/matching/v1/status", headers=bearer("operator"))
            return bool(status.json()["counts"]["notes"] == 2)

        await until(read)
        newest, oldest = (await client.get("/matching/v1/audit", headers=bearer("staff"))).json()["items"]
    assert [entry["action"] for entry in (oldest, newest)] == ["groups.pause", "groups.resume"]
    assert (oldest["actor"], oldest["subject_id"]) == ("anna", GROUP)
    assert (oldest["after"]["reason"], newest["after"]["is_paused"]) == ("a bad release", False)


async def test_nothing_is_published_for_a_resumption_of_which_no_entry_can_be_kept(
    client: httpx.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def away(_database: Database) -> AsyncIterator[None]:
        raise DatabaseUnavailable("the database is away")
        yield

    with monkeypatch.context() as broken:
        broken.setattr(Database, "writing", away)
        refused = await client.post(f"{GROUPS}/resume", headers=PAUSER, json={"reason": "rolled back"})
    assert refused.status_code == 503
    assert await everything(service.vitals.broker, service.vitals.dead_letter_topic) == []
    assert (await client.get("/matching/v1/audit", headers=bearer("staff"))).json()["items"] == []


@pytest.mark.parametrize("act", ["pause", "resume"])
async def test_it_takes_the_right_a_reason_and_a_group_of_the_service(client: httpx.AsyncClient, act: str) -> None:
    why = {"reason": "a bad release"}
    assert (await client.post(f"{GROUPS}/{act}", json=why)).status_code == 401
    assert (await client.post(f"{GROUPS}/{act}", headers=bearer("operator:redrive"), json=why)).status_code == 403
    assert (await client.post(f"{GROUPS}/{act}", headers=PAUSER, json={"reason": ""})).status_code == 422
    other = await client.post(f"/matching/v1/groups/isopolity.notify/{act}", headers=PAUSER, json=why)
    assert other.status_code == 404
    assert other.json()["detail"] == "matching runs no group isopolity.notify; see /matching/v1/streams."


async def test_who_paused_is_told_however_much_was_done_with_the_group_since(tmp_path: Path) -> None:
    async with opened(tmp_path) as (service, client):
        await client.post(f"{GROUPS}/pause", headers=PAUSER, json={"reason": "a bad release"})
        reset = {"actor_kind": "operator", "actor": "bert", "action": "groups.reset", "subject_id": GROUP}
        async with service.vitals.database.writing() as connection:
            for _ in range(6):
                await connection.execute(service.vitals.tables.audit.insert().values(at=system_clock(), **reset))
            await connection.commit()
        (group,) = (await streams(service, client))["consumers"]
    assert group["paused_by"] == "anna"
    assert [act["action"] for act in group["acts"]] == ["groups.reset"] * 5 + ["groups.pause"]

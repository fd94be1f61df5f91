"""A registry restored to an older state: ends that its topics know of stand, the rest is listed."""

from collections.abc import Sequence
from typing import Any

import pytest

from isopolity.contracts.event import Event
from isopolity.contracts.registry import TwinningState
from isopolity.machine.clock import uuid7
from isopolity.persistence.republication import Finding, Republishing, StepTooSmall, TakeIn
from isopolity.persistence.unit_of_work import EventFactory, Storage
from isopolity.registry.adapters.sql import tables
from isopolity.registry.adapters.sql.unit_of_work import SqlRegistryUnitOfWork
from isopolity.registry.application.restoration import TOPICS, take_in
from isopolity.registry.republish import SOURCES
from tests.support.registry.access import exchange, mailed, refresh, revoked, signed_in
from tests.support.registry.service import CITY, CONTACT, NOW, REQUEST, WHY, RegistryUnderTest, bearer, member, staff

STEP = 1000


async def _told(registry: RegistryUnderTest) -> dict[str, dict[str, Event[Any]]]:
    """By topic that a restoration reads, and key, the newest event that registry has published so far."""
    newest: dict[str, dict[str, Event[Any]]] = {topic: {} for topic in TOPICS}
    for event in await registry.events():
        topic = ".".join(event.envelope.type.split(".")[:3])
        if topic in newest:
            newest[topic][event.envelope.subject] = event
    return newest


def _later(told: dict[str, dict[str, Event[Any]]], topic: str, key: str, **changes: Any) -> None:
    """A change of the hour that is lost, known to the topic only."""
    event = told[f"isopolity.registry.{topic}"][key]
    told[f"isopolity.registry.{topic}"][key] = Event(event.envelope, event.data.model_copy(update=changes))


async def _restored(
    registry: RegistryUnderTest, told: dict[str, dict[str, Event[Any]]], step: int = STEP
) -> Sequence[Finding]:
    async def learn() -> TakeIn[SqlRegistryUnitOfWork]:
        return lambda work, lift: take_in(told, work, lift)

    _, findings = await _republishing(registry).restore(step, learn)
    return findings


def _republishing(registry: RegistryUnderTest) -> Republishing[SqlRegistryUnitOfWork]:
    storage = Storage(
        database=registry.database,
        tables=tables.messaging,
        events=EventFactory("urn:isopolity:registry", lambda: NOW, uuid7),
        wake=lambda: None,
    )
    return Republishing(
        unit_of_work=lambda: SqlRegistryUnitOfWork(storage),
        restorations=tables.messaging.restorations,
        sources=SOURCES,
    )


def _found(findings: Sequence[Finding]) -> set[tuple[str, str, str]]:
    return {(finding.topic.rpartition(".")[2], finding.key, finding.outcome) for finding in findings}


async def _contact(registry: RegistryUnderTest, city_id: str) -> str:
    body = {"member_kind": "city", "member_id": city_id, **CONTACT}
    answer = await registry.client.post("/registry/v1/contacts", json=body, headers=staff())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["contact_id"])


async def test_an_erasure_that_the_topic_knows_is_done_again(registry: RegistryUnderTest) -> None:
    contact_id = await _contact(registry, await registry.add_city())
    told = await _told(registry)
    _later(told, "contact", contact_id, version=3, status="erased")
    assert _found(await _restored(registry, told)) == {("contact", contact_id, "applied")}
    answer = await registry.client.get(f"/registry/v1/contacts/{contact_id}", headers=staff())
    assert answer.status_code in (404, 410)
    last = (await _told(registry))["isopolity.registry.contact"][contact_id].data
    assert (last.status, last.version > 3) == ("erased", True)


async def test_a_withdrawal_stands_and_a_revision_is_reverted(registry: RegistryUnderTest) -> None:
    gone = await registry.add_city()
    revised = await registry.add_city(name="Turku", country="FI", geonames_id=633679)
    told = await _told(registry)
    _later(told, "city", gone, version=5, status="withdrawn")
    _later(told, "city", revised, version=5, name="Åbo")
    found = _found(await _restored(registry, told))
    assert found == {("city", gone, "applied"), ("city", revised, "reverted")}
    last = {key: event.data for key, event in (await _told(registry))["isopolity.registry.city"].items()}
    assert (last[gone].status, last[gone].version > STEP) == ("withdrawn", True)
    assert (last[revised].name, last[revised].version) == ("Turku", 2 + STEP)
    assert last[revised].bulk is True


async def test_a_member_that_only_the_topic_knows_ends_for_all_and_is_listed(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    told = await _told(registry)
    lost = told["isopolity.registry.city"][city_id]
    told["isopolity.registry.city"] = {"lost": Event(lost.envelope, lost.data.model_copy(update={"city_id": "lost"}))}
    findings = await _restored(registry, told)
    assert _found(findings) == {("city", "lost", "lost")}
    assert findings[0].detail == CITY["name"]
    last = (await _told(registry))["isopolity.registry.city"]["lost"].data
    assert (last.status, last.version) == ("withdrawn", lost.data.version + STEP)


async def test_a_twinning_that_is_a_claim_again_is_retracted_for_consumers(registry: RegistryUnderTest) -> None:
    a = await registry.add_city()
    b = await registry.add_city(name="Turku", country="FI", geonames_id=633679)
    first, second = sorted((a, b))
    key = f"{first}:{second}"
    storage_row = {"id": key, "natural_key": key, "version": 1, "status": "claimed", "city_a": first, "city_b": second}
    async with registry.database.writing() as connection:
        await connection.execute(tables.twinnings.insert().values(**storage_row, claimed_by=first))
        await connection.commit()
    told = await _told(registry)
    state = TwinningState(twinning_id=key, version=2, status="declared", city_a=first, city_b=second)
    some = next(iter(told["isopolity.registry.city"].values()))
    told["isopolity.registry.twinning"][key] = Event(some.envelope, state)
    assert ("twinning", key, "reverted") in _found(await _restored(registry, told))
    last = (await _told(registry))["isopolity.registry.twinning"][key].data
    assert (last.status, last.version) == ("retracted", 1 + STEP)


async def test_a_revocation_is_adopted_where_the_database_lacks_it(registry: RegistryUnderTest) -> None:
    await registry.client.post("/registry/v1/revocations", json={"subject": "anna"}, headers=staff())
    told = await _told(registry)
    (key,) = told["isopolity.registry.revocation"]
    assert _found(await _restored(registry, told)) == set()
    async with registry.database.writing() as connection:
        await connection.execute(tables.revocations.delete())
        await connection.commit()
    assert _found(await _restored(registry, told)) == {("revocation", key, "adopted")}


async def test_a_step_that_does_not_reach_is_refused_and_changes_nothing(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    told = await _told(registry)
    _later(told, "city", city_id, version=50)
    before = await registry.event_names()
    with pytest.raises(StepTooSmall, match="--step 49"):
        await _restored(registry, told, step=10)
    assert await registry.event_names() == before


async def test_states_published_again_are_counted_and_a_claim_is_none(registry: RegistryUnderTest) -> None:
    a, b = await registry.add_city(), await registry.add_city(name="Turku", country="FI", geonames_id=633679)
    erased = await _contact(registry, a)
    await registry.client.post(f"/registry/v1/contacts/{erased}/erase", json=WHY, headers=staff())
    await _contact(registry, b)
    for path, body, headers in (
        ("requests", REQUEST | {"city_id": a}, staff()),
        ("twinnings", {"city_a": a, "city_b": b}, member(a)),
        ("revocations", {"subject": "anna"}, staff()),
    ):
        assert (await registry.client.post(f"/registry/v1/{path}", json=body, headers=headers)).status_code == 201
    before = len(await registry.events())
    counts = {topic.rpartition(".")[2]: count for topic, count in (await _republishing(registry).publish()).items()}
    assert counts == {"city": 2, "partner": 0, "request": 1, "twinning": 0, "contact": 2, "revocation": 2}
    assert len(await registry.events()) - before == sum(counts.values())


async def test_every_session_and_sign_in_has_ended(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    session, waiting = await signed_in(registry), await mailed(registry)
    key = f"session:{session['session_id']}"
    assert _found(await _restored(registry, await _told(registry))) == {("revocation", key, "applied")}
    assert await revoked(registry) == [key] * 2  # ended, and published again with all that is revoked
    assert (await refresh(registry, session)).status_code == 410
    assert (await exchange(registry, secret=waiting["secret"])).status_code == 410


PATH = "/registry/v1/states/republish"
TOPIC = "isopolity.registry.city"


async def test_a_city_is_told_again_as_it_is_and_another_is_not(registry: RegistryUnderTest) -> None:
    city_id, _ = await registry.add_city(), await registry.add_city(name="Other", geonames_id=77)
    before: list[Any] = await registry.events()
    order = {"topic": TOPIC, "key": city_id, "reason": "its event could not be read"}
    answer = await registry.client.post(PATH, headers=bearer("operator:redrive"), json=order)
    assert answer.status_code == 200, answer.text
    (again,) = (await registry.events())[len(before) :]
    last = [event for event in before if event.envelope.subject == city_id][-1]
    assert again.envelope.subject == city_id
    told = {"bulk": True, "changed_on": last.envelope.time.date()}
    assert again.data == last.data.model_copy(update=told), "as of an import, so that no suggestion follows"
    (entry,) = (
        await registry.client.get("/registry/v1/audit?action=states.republish", headers=bearer("staff"))
    ).json()["items"]
    assert (entry["subject_id"], entry["details"]) == (city_id, {"topic": TOPIC, "reason": order["reason"]})


async def test_what_cannot_be_told_again_is_one_sentence(on_sqlite: RegistryUnderTest) -> None:
    order = {"topic": TOPIC, "key": "none", "reason": "it was bad"}
    may = bearer("operator:redrive")
    unknown = await on_sqlite.client.post(PATH, headers=may, json=order)
    foreign = await on_sqlite.client.post(PATH, headers=may, json=order | {"topic": "isopolity.matching.proposal"})
    refused = await on_sqlite.client.post(PATH, headers=bearer("operator:read"), json=order)
    assert (unknown.status_code, foreign.status_code, refused.status_code) == (404, 422, 403)
    assert "registry has no published state with this key" in unknown.json()["detail"]
    assert "registry keeps no states of isopolity.matching.proposal; choose from" in foreign.json()["detail"]

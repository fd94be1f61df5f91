"""Retention in registry: a row goes when its period has passed, and not before; a withdrawn member goes whole."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from isopolity.matching.adapters.graph_reader import GRAPH_TOPICS, GraphReader
from isopolity.messaging.broker import Record, load_headers
from isopolity.persistence.retention import chores
from isopolity.registry.adapters.sql import tables
from isopolity.registry.adapters.sql.retention import KINDS, forgetting
from isopolity.registry.application.imports.prepared import KEPT as PREPARED_KEPT
from isopolity.registry.settings import RegistrySettings
from tests.support.registry import drafts
from tests.support.registry.applications import APPLICATIONS, apply, apply_and_confirm, issue
from tests.support.registry.commissions import consult, enter
from tests.support.registry.service import (
    CITY,
    CONTACT,
    PARTNER,
    REQUEST,
    RegistryUnderTest,
    member,
    open_under_test,
    staff,
)
from tests.support.shared.relays import Moving, let_go, storage_of

SETTINGS = RegistrySettings()
CITIES = "/registry/v1/cities"
_SOON = ("receipts kept", "counts of", "revocations")


@pytest.fixture
def clock() -> Moving:
    return Moving()


@pytest.fixture
async def registry(url: str, tmp_path: Path, clock: Moving) -> AsyncIterator[RegistryUnderTest]:
    async with open_under_test(url, tmp_path, clock=clock) as opened:
        yield opened


async def forget(registry: RegistryUnderTest, clock: Moving, *, at_once: int = 500) -> dict[str, int]:
    """The number of rows that go now, by kind, but for kinds that go within two months anyway."""
    storage = storage_of(registry.database, tables.messaging, clock)
    gone = await let_go(storage, chores(KINDS, SETTINGS, forgetting(storage)), at_once=at_once)
    return {name: count for name, count in gone.items() if not name.startswith(_SOON)}


async def count(registry: RegistryUnderTest, *names: str) -> list[int]:
    """How many rows each table has."""
    async with registry.database.reading() as connection:
        found = [select(func.count()).select_from(tables.metadata.tables[name]) for name in names]
        return [(await connection.execute(query)).scalar_one() for query in found]


async def published(registry: RegistryUnderTest) -> list[Record]:
    """All that was published to topics of the graph, in order, as a reader gets it."""
    async with registry.database.reading() as connection:
        rows = (await connection.execute(select(tables.messaging.outbox).order_by("id"))).all()
    told = [row for row in rows if row.topic in GRAPH_TOPICS]
    return [Record(row.topic, 0, row.id, 0, row.key, row.value, load_headers(row.headers)) for row in told]


def bytes_of(folder: Path) -> bytes:
    """All bytes of registry's SQLite files."""
    return b"".join(path.read_bytes() for path in folder.glob("registry.db*"))


async def withdraw(registry: RegistryUnderTest, place: str) -> None:
    assert (await registry.client.post(f"{place}/withdraw", headers=staff())).status_code == 200


async def a_city_with_belongings(registry: RegistryUnderTest) -> str:
    """A withdrawn city that had a contact, a request, a twinning and a wish; returns its id."""
    http = registry.client
    one, other = await registry.add_city(contact=CONTACT), await registry.add_city(geonames_id=2)
    asked = await http.post("/registry/v1/requests", json=REQUEST | {"city_id": one}, headers=staff())
    assert asked.status_code == 201, asked.text
    tied = await http.post("/registry/v1/twinnings", json={"city_a": one, "city_b": other}, headers=staff())
    assert tied.status_code == 201, tied.text
    wish = {"name": "Another"}
    headers = member(one) | {"Content-Type": "application/merge-patch+json", "If-Match": '"2"'}
    assert (await http.patch(f"{CITIES}/{one}", json=wish, headers=headers)).status_code in (200, 202)
    await withdraw(registry, f"{CITIES}/{one}")
    return one


async def test_a_withdrawn_member_goes_whole_when_its_period_has_passed(
    registry: RegistryUnderTest, clock: Moving
) -> None:
    gone = await a_city_with_belongings(registry)
    kept = ("cities", "contacts", "requests", "twinnings", "changes", "erased_contacts")
    clock.after(365)
    assert await forget(registry, clock) == {}
    assert await count(registry, *kept) == [2, 1, 1, 1, 1, 0]
    clock.after(730)
    assert "withdrawn cities" not in await forget(registry, clock)
    clock.after(730.01)
    assert (await forget(registry, clock))["withdrawn cities"] == 1
    assert await count(registry, *kept) == [1, 0, 0, 0, 0, 1]
    last = {(record.topic, record.key): record.value for record in await published(registry)}
    assert last["isopolity.registry.city", gone] is None
    assert [value for (topic, _), value in last.items() if topic.endswith(("request", "twinning"))] == [None, None]
    erased = [value for (topic, _), value in last.items() if topic == "isopolity.registry.contact"]
    assert [b'"erased"' in (value or b"") for value in erased] == [True]
    assert (await registry.client.get(f"{CITIES}/{gone}", headers=staff())).status_code == 404


async def test_a_replay_brings_nobody_back(registry: RegistryUnderTest, clock: Moving) -> None:
    gone = await a_city_with_belongings(registry)
    clock.after(731)
    await forget(registry, clock)
    whole = await published(registry)
    compacted = list({(record.topic, record.key): record for record in whole}.values())
    for records in (whole, compacted, [*whole, *whole]):
        graph = GraphReader(registry.broker)
        for record in records:
            graph.apply(record)
        assert gone not in graph.network.graph
        assert graph.network.graph.number_of_nodes() == 1
        assert graph.network.requests == {}
    assert not any(b"Leopoldo" in (record.value or b"") and record.key == gone for record in compacted)


async def test_whoever_comes_back_stays(registry: RegistryUnderTest, clock: Moving) -> None:
    city = await registry.add_city(contact=CONTACT)
    await withdraw(registry, f"{CITIES}/{city}")
    clock.after(729)
    assert await registry.add_city() == city
    clock.after(731)
    assert await forget(registry, clock) == {}
    await withdraw(registry, f"{CITIES}/{city}")
    clock.after(731 + 729)
    assert await forget(registry, clock) == {}


async def test_partners_go_too_and_many_go_in_bounded_pieces(registry: RegistryUnderTest, clock: Moving) -> None:
    for number in range(5):
        body = PARTNER | {"name": f"Foundation {number}", "contact": CONTACT}
        made = await registry.client.post("/registry/v1/partners", json=body, headers=staff())
        await withdraw(registry, made.headers["location"])
    clock.after(731)
    assert await forget(registry, clock, at_once=2) == {"withdrawn partners": 5}
    assert await count(registry, "partners", "contacts", "erased_contacts") == [0, 0, 5]


async def test_requests_twinnings_and_claims_go_by_their_periods(registry: RegistryUnderTest, clock: Moving) -> None:
    http = registry.client
    one, other, third = [await registry.add_city(geonames_id=number) for number in (1, 2, 3)]
    request = await http.post("/registry/v1/requests", json=REQUEST | {"city_id": one}, headers=staff())
    await http.post(f"{request.headers['location']}/close", headers=staff())
    tied = await http.post("/registry/v1/twinnings", json={"city_a": one, "city_b": other}, headers=staff())
    await http.post(f"{tied.headers['location']}/retract", headers=staff())
    claim = await http.post("/registry/v1/twinnings", json={"city_a": one, "city_b": third}, headers=member(one))
    assert claim.json()["status"] == "claimed"
    clock.after(365)
    assert await forget(registry, clock) == {}
    clock.after(366)
    assert await forget(registry, clock) == {"claimed twinnings that nobody confirms": 1}
    clock.after(731)
    assert await forget(registry, clock) == {"closed requests": 1, "refused and retracted twinnings": 1}
    assert await count(registry, "requests", "twinnings", "cities") == [0, 0, 3]


async def test_applications_go_by_their_periods(registry: RegistryUnderTest, clock: Moving) -> None:
    await apply(registry, geonames_id=1)
    undecided = await apply_and_confirm(registry, geonames_id=2)
    refused = await apply_and_confirm(registry, geonames_id=3)
    unmailed = {"reason": "other", "mail": False}
    await registry.client.post(f"{APPLICATIONS}/{refused}/refuse", json=unmailed, headers=staff())
    steps: dict[float, dict[str, int]] = {
        7: {},
        30: {},
        31: {"applications whose address is not confirmed": 1},
        90: {},
        91: {"decided applications": 1},
        180: {},
        181: {"confirmed applications that nobody decides": 1},
    }
    for days, expected in steps.items():
        clock.after(days)
        assert await forget(registry, clock) == expected, days
    assert undecided
    assert await count(registry, "applications") == [0]


async def test_an_application_that_its_applicant_has_is_not_deleted_unseen(
    registry: RegistryUnderTest, clock: Moving
) -> None:
    application_id = await apply_and_confirm(registry)
    clock.after(170)
    asked = await registry.client.post(
        f"{APPLICATIONS}/{application_id}/ask", json={"question": "Which district?"}, headers=staff()
    )
    assert asked.status_code == 200
    steps: dict[float, dict[str, int]] = {
        199: {},
        201: {"drafts of applications in which nothing is saved": 1, "letters about applications and contacts": 1},
        380: {},
        381: {"confirmed applications that nobody decides": 1},
    }
    for days, expected in steps.items():
        clock.after(days)
        assert await forget(registry, clock) == expected, days


async def test_what_a_commission_says_goes_with_time(registry: RegistryUnderTest, clock: Moving) -> None:
    await enter(registry)
    application_id = await apply_and_confirm(registry)
    await consult(registry, application_id)
    clock.after(31)
    assert await forget(registry, clock) == {"letters about applications and contacts": 1}
    clock.after(271)
    gone = await forget(registry, clock)
    assert gone["what National Commissions say about applications"] == 1
    assert await count(registry, "consultations", "commissions") == [0, 1]


async def test_a_letter_whose_mail_never_goes_out_is_forgotten(registry: RegistryUnderTest, clock: Moving) -> None:
    refused = await apply_and_confirm(registry)
    await registry.client.post(f"{APPLICATIONS}/{refused}/refuse", json={"reason": "other"}, headers=staff())
    clock.after(30)
    assert await forget(registry, clock) == {}
    clock.after(30.5)
    assert await forget(registry, clock) == {"letters about applications and contacts": 1}
    assert await count(registry, "letters") == [0]


async def test_a_link_mailed_later_keeps_its_application(registry: RegistryUnderTest, clock: Moving) -> None:
    application_id = await apply(registry)
    clock.after(1)
    await issue(registry, application_id)
    clock.after(8)
    assert await forget(registry, clock) == {}
    clock.after(8.001)
    assert await forget(registry, clock) == {"applications whose address is not confirmed": 1}


async def test_drafts_go_when_their_links_have_ended(registry: RegistryUnderTest, clock: Moving) -> None:
    unmailed, unread = await drafts.begin(registry), await drafts.begin(registry)
    written = await drafts.begun(registry)
    assert unmailed
    clock.after(1)
    await drafts.issue(registry, unread)
    await drafts.save(registry, written, "who", drafts.STEPS["who"], 2)
    steps: dict[float, dict[str, int]] = {
        8: {},
        8.5: {"drafts of applications in which nothing is saved": 1},
        30: {},
        30.5: {"drafts of applications in which nothing is saved": 1},
        31: {},
        31.5: {"drafts of applications that nobody hands in": 1},
    }
    for days, expected in steps.items():
        clock.after(days)
        assert await forget(registry, clock) == expected, days
    assert await count(registry, "drafts") == [0]


async def test_a_file_that_staff_only_looked_at_goes_with_its_rows(registry: RegistryUnderTest, clock: Moving) -> None:
    file = b"kind,name,country\ncounty,Turku,FI\n"
    seen = await registry.client.post("/registry/v1/prepared-imports?kind=cities", content=file, headers=staff())
    assert seen.status_code == 201, seen.text
    kept = ("prepared_imports", "prepared_rows")
    assert await count(registry, *kept) == [1, 1]
    clock.after(PREPARED_KEPT.days)
    assert await forget(registry, clock) == {}
    clock.after(PREPARED_KEPT.days + 0.01)
    assert await forget(registry, clock) == {
        "imports that staff looks at before they are done": 1,
        "rows of these imports": 1,
    }
    assert await count(registry, *kept) == [0, 0]


async def test_keys_and_counts_go_after_two_days(registry: RegistryUnderTest, clock: Moving) -> None:
    await registry.client.post(CITIES, json=CITY, headers=staff(**{"Idempotency-Key": "k1"}))
    await apply(registry)
    kept = ("idempotency", "counters")
    before = await count(registry, *kept)
    clock.after(1.5)  # counts are of days, from midnight on
    await forget(registry, clock)
    assert await count(registry, *kept) == before
    clock.after(2.001)
    await forget(registry, clock)
    assert (before[0] >= 1, await count(registry, *kept)) == (True, [0, 0])


async def test_a_new_wish_waits_its_whole_period(registry: RegistryUnderTest, clock: Moving) -> None:
    city = await registry.add_city()
    headers = member(city) | {"Content-Type": "application/merge-patch+json", "If-Match": '"2"'}
    answer = await registry.client.patch(f"{CITIES}/{city}", json={"name": "Another"}, headers=headers)
    assert answer.status_code in (200, 202)
    clock.after(365)
    assert await forget(registry, clock) == {}
    clock.after(365.001)
    assert await forget(registry, clock) == {"changes of identity and of requests, decided or not": 1}


async def test_no_byte_of_who_goes_stays_in_the_file(on_sqlite: RegistryUnderTest, tmp_path: Path) -> None:
    registry, clock = on_sqlite, Moving()
    secret = {"name": "Xanthippe Quasimodo", "email": "xanthippe@city.example"}
    city = await registry.add_city(contact=CONTACT | secret)
    await withdraw(registry, f"{CITIES}/{city}")
    clock.after(9999)
    storage = storage_of(registry.database, tables.messaging, clock)
    assert b"Quasimodo" in bytes_of(tmp_path)
    found = await let_go(storage, chores(KINDS, SETTINGS, forgetting(storage)))
    assert found["withdrawn cities"] == 1
    await registry.database.tidy()
    assert b"Quasimodo" not in bytes_of(tmp_path)

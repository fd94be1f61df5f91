"""The contract of registry's repositories: the fakes and the ones on a database hold the same."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from isopolity.contracts.registry import CanarySounded
from isopolity.machine.clock import uuid7
from isopolity.persistence.idempotency_keys import KeyedRequest, KeyReused
from isopolity.persistence.unit_of_work import EventFactory, Storage
from isopolity.registry.adapters.sql import tables
from isopolity.registry.adapters.sql.unit_of_work import SqlRegistryUnitOfWork
from isopolity.registry.application.known_members import known_member
from isopolity.registry.domain.change import Change
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.errors import ConcurrentChange
from isopolity.registry.domain.joining.application import Application, Draft
from isopolity.registry.domain.joining.commission import Commission, Consultation
from isopolity.registry.domain.joining.letter import Letter
from isopolity.registry.domain.member import Member
from isopolity.registry.domain.request import Request
from isopolity.registry.domain.twinning import Twinning
from tests.support.registry.fakes import FakeStore
from tests.support.registry.service import NOW, city_profile, partner_profile, person, programme, request_details
from tests.support.shared.migrated import open_migrated

UnitOfWork = Callable[[], AbstractAsyncContextManager[Any]]
UNITS = SqlRegistryUnitOfWork.__module__


def a_city(city_id: str = "c1", **changes: Any) -> Member[Any]:
    return Member(member_id=city_id, version=1, status="applied", region="r", profile=city_profile(**changes))


def an_application(application_id: str, profile: Any) -> Application:
    return Application(
        application_id=application_id,
        version=1,
        status="unconfirmed",
        region="r",
        profile=profile,
        person=person(),
        received_at=NOW,
        mailable=True,
    )


async def keep(unit_of_work: UnitOfWork, kind: str, *aggregates: Any) -> None:
    async with unit_of_work() as unit:
        for aggregate in aggregates:
            getattr(unit, kind).add(aggregate)
        await unit.commit()


async def test_what_is_added_comes_back_equal_by_id_and_by_key(unit_of_work: UnitOfWork) -> None:
    profile = partner_profile(programmes=(programme(programme_id="g1", regions=("africa",), cities=3),))
    partner = Member(member_id="p1", version=2, status="endorsed", region="r", profile=profile)
    request = Request(request_id="q1", version=1, status="published", city_id="c1", details=request_details())
    twinning = Twinning(city_a="c1", city_b="c2", version=1, status="declared", since=1999)
    change = Change(
        member_id="c1",
        member_kind="city",
        version=1,
        status="pending",
        asked_at=NOW,
        before={"name": "A", "local_names": ("B",)},
        wanted={"local_names": ("C", "D")},
    )
    for kind, aggregate in (
        ("changes", change),
        ("cities", a_city()),
        ("partners", partner),
        ("requests", request),
        ("twinnings", twinning),
    ):
        await keep(unit_of_work, kind, aggregate)
        async with unit_of_work() as unit:
            repository = getattr(unit, kind)
            assert await repository.get(aggregate.identifier) == aggregate
            assert await repository.by_keys([aggregate.key, "another"]) == {aggregate.key: aggregate}
            assert await repository.get_many([aggregate.identifier, "x"]) == {aggregate.identifier: aggregate}
            assert await repository.get("x") is None


async def test_nothing_is_kept_without_a_commit(unit_of_work: UnitOfWork) -> None:
    async with unit_of_work() as unit:
        unit.cities.add(a_city())
        await unit.flush()
        assert await unit.cities.get("c1") == a_city()
    async with unit_of_work() as unit:
        assert await unit.cities.get("c1") is None


async def test_saving_replaces_also_what_was_just_added(unit_of_work: UnitOfWork) -> None:
    async with unit_of_work() as unit:
        unit.cities.add(a_city())
        unit.cities.save(a_city().endorsed())
        await unit.commit()
    async with unit_of_work() as unit:
        unit.cities.save(a_city().endorsed().withdrawn())
        await unit.commit()
    async with unit_of_work() as unit:
        assert (await unit.cities.get("c1")).status == "withdrawn"


async def test_a_key_is_taken_once(unit_of_work: UnitOfWork) -> None:
    await keep(unit_of_work, "cities", a_city())
    async with unit_of_work() as unit:
        unit.cities.add(a_city("c2"))
        with pytest.raises(ConcurrentChange):
            await unit.flush()


async def test_a_save_cannot_take_the_key_of_another(unit_of_work: UnitOfWork) -> None:
    await keep(unit_of_work, "cities", a_city(), a_city("c2", geonames_id=2))
    async with unit_of_work() as unit:
        unit.cities.save(a_city("c2"))
        with pytest.raises(ConcurrentChange):
            await unit.flush()


async def test_members_are_found_by_country(unit_of_work: UnitOfWork) -> None:
    brazil, finland = a_city("b"), a_city("f", country="FI", geonames_id=1).withdrawn()
    async with unit_of_work() as unit:
        unit.cities.add(brazil)
        unit.cities.add(finland)
        await unit.flush()
        assert await unit.cities.in_countries(["BR", "SE"]) == [known_member("b", "applied", brazil.profile)]
        assert await unit.cities.in_countries(["FI"]) == [known_member("f", "withdrawn", finland.profile)]
        assert await unit.cities.in_countries([]) == []


async def test_requests_are_found_by_city(unit_of_work: UnitOfWork) -> None:
    mine = Request(request_id="q1", version=1, status="published", city_id="c1", details=request_details())
    other = Request(request_id="q2", version=1, status="closed", city_id="c2", details=request_details())
    await keep(unit_of_work, "requests", mine, other)
    async with unit_of_work() as unit:
        assert await unit.requests.of_city("c1") == [mine]


async def test_twinnings_are_found_by_who_claims_them(unit_of_work: UnitOfWork) -> None:
    claimed = Twinning(city_a="c1", city_b="c2", version=1, status="claimed", claimed_by="c2")
    declared = Twinning(city_a="c2", city_b="c3", version=1, status="declared")
    await keep(unit_of_work, "twinnings", claimed, declared)
    async with unit_of_work() as unit:
        assert await unit.twinnings.claimed_by("c2") == [claimed]
        unit.twinnings.save(claimed.confirmed(None))
        await unit.commit()
    async with unit_of_work() as unit:
        assert await unit.twinnings.claimed_by("c2") == []


@pytest.mark.parametrize("profile", [city_profile(), partner_profile(programmes=(programme(),))])
async def test_applications_come_back_equal_and_are_found_by_their_secret(
    unit_of_work: UnitOfWork, profile: Any
) -> None:
    waiting = replace(an_application("a1", profile), others=(person(name="Rui"), person(name="Eva")))
    issued = an_application("a2", profile).issued("digest", NOW)
    await keep(unit_of_work, "applications", waiting, issued)
    async with unit_of_work() as unit:
        assert await unit.applications.get("a1") == waiting
        assert await unit.applications.by_secret("digest") == issued
        assert await unit.applications.by_secret("another") is None
        unit.applications.save(issued.refused("other", NOW))
        await unit.commit()
    async with unit_of_work() as unit:
        assert await unit.applications.get("a2") == issued.refused("other", NOW)
        assert await unit.applications.by_secret("digest") is None


async def test_counts_are_of_a_subject_and_a_day(unit_of_work: UnitOfWork) -> None:
    for expected in (1, 2):
        async with unit_of_work() as unit:
            assert await unit.counters.count("a", NOW) == expected
            await unit.commit()
    async with unit_of_work() as unit:
        assert await unit.counters.count("b", NOW) == 1
        assert await unit.counters.count("a", NOW + timedelta(days=1)) == 1
    async with unit_of_work() as unit:
        assert await unit.counters.count("b", NOW) == 1  # the one before was not committed


async def test_an_erased_contact_leaves_nothing_of_the_person(unit_of_work: UnitOfWork) -> None:
    contact = Contact(contact_id="t1", version=1, member_kind="city", member_id="c1", person=person())
    await keep(unit_of_work, "contacts", contact)
    async with unit_of_work() as unit:
        assert await unit.contacts.of_members(["c1", "c2"]) == [contact]
        unit.contacts.save(contact.changed(person(name="A. Prado")))
        await unit.commit()
    async with unit_of_work() as unit:
        found = await unit.contacts.get("t1")
        assert (found.version, found.person.name) == (2, "A. Prado")
        unit.contacts.erase(found)
        await unit.commit()
    async with unit_of_work() as unit:
        assert await unit.contacts.get("t1") is None
        assert await unit.contacts.of_members(["c1"]) == []


async def test_an_idempotency_key_has_one_request_and_its_response(unit_of_work: UnitOfWork) -> None:
    request = KeyedRequest(caller="me", key="k", fingerprint="f")
    async with unit_of_work() as unit:
        assert await unit.idempotency.begin(request) is None
        await unit.idempotency.keep(request, status=201, headers={"etag": '"1"'}, body=b"{}")
        await unit.commit()
    async with unit_of_work() as unit:
        stored = await unit.idempotency.begin(request)
        assert (stored.status, stored.headers, stored.body) == (201, {"etag": '"1"'}, b"{}")
        assert stored.same_as(request) is stored
        with pytest.raises(KeyReused):
            stored.same_as(KeyedRequest(caller="me", key="k", fingerprint="another"))
        assert await unit.idempotency.begin(KeyedRequest(caller="you", key="k", fingerprint="f")) is None


async def test_an_event_is_published_if_and_only_if_the_unit_commits(address: str | None) -> None:
    if address is None:
        store = FakeStore()
        async with store.unit_of_work() as unit:
            unit.outbox.publish("isopolity.registry.canary.sounded.v1", CanarySounded(canary_id="1", sounded_at=NOW))
        assert store.outbox.names == []
        return
    database = await open_migrated(address, "isopolity.registry")
    events = EventFactory("urn:isopolity:test", lambda: NOW, uuid7)
    woken: list[bool] = []
    storage = Storage(database=database, tables=tables.messaging, events=events, wake=lambda: woken.append(True))
    for commit in (False, True):
        async with SqlRegistryUnitOfWork(storage) as work:
            sounded = CanarySounded(canary_id="1", sounded_at=NOW)
            work.outbox.publish("isopolity.registry.canary.sounded.v1", sounded)
            await work.flush()
            if commit:
                await work.commit()
        async with database.reading() as connection:
            rows = (await connection.execute(tables.messaging.outbox.select())).all()
        assert len(rows) == len(woken) == commit
    await database.close()


async def test_drafts_come_back_equal_are_found_by_their_secret_and_go(unit_of_work: Any) -> None:
    values: dict[str, Any] = {"member_kind": "city", "email": "ana@c.example", "language": "pt", "mailable": True}
    new = Draft(draft_id="d1", version=1, started_at=NOW, **values)
    saved = new.issued("digest", NOW).saved("who", {"name": "Évora", "kind": "city"}, NOW)
    async with unit_of_work() as unit:
        await unit.drafts.add(new)
        await unit.drafts.add(replace(new, draft_id="d2"))
        await unit.commit()
    async with unit_of_work() as unit:
        assert await unit.drafts.get("d1") == new
        await unit.drafts.save(saved)
        await unit.commit()
    async with unit_of_work() as unit:
        assert await unit.drafts.by_secret("digest") == saved
        assert await unit.drafts.by_secret("other") is None
        await unit.drafts.delete("d1")
        await unit.commit()
    async with unit_of_work() as unit:
        assert [await unit.drafts.get(one) for one in ("d1", "d2")] == [None, replace(new, draft_id="d2")]


async def test_a_draft_is_found_by_the_application_that_it_is_for(unit_of_work: Any) -> None:
    values: dict[str, Any] = {"member_kind": "city", "email": "ana@c.example", "language": "pt", "mailable": True}
    asked = Draft(draft_id="d1", version=1, started_at=NOW, application_id="a1", question="Which?", **values)
    async with unit_of_work() as unit:
        await unit.drafts.add(asked)
        await unit.drafts.add(Draft(draft_id="d2", version=1, started_at=NOW, **values))
        await unit.commit()
    async with unit_of_work() as unit:
        assert await unit.drafts.of_application("a1") == asked
        assert await unit.drafts.of_application("a2") is None


async def test_a_letter_comes_back_equal_until_it_is_deleted(unit_of_work: Any) -> None:
    letter = Letter(
        letter_id="l1",
        about="refusal",
        application_id="a1",
        member_name="Évora",
        name="Ana",
        email="ana@c.example",
        language="pt",
        reason="other",
        words="One line.\nAnother.",
        written_at=NOW,
    )
    async with unit_of_work() as unit:
        await unit.letters.add(letter)
        await unit.commit()
    async with unit_of_work() as unit:
        assert [await unit.letters.get(one) for one in ("l1", "l2")] == [letter, None]
        for _ in range(2):
            await unit.letters.delete("l1")
        await unit.commit()
    async with unit_of_work() as unit:
        assert await unit.letters.get("l1") is None


async def test_a_country_has_one_commission_and_an_application_one_consultation(unit_of_work: Any) -> None:
    values: dict[str, Any] = {"email": "natcom@nation.example", "language": "fr", "changed_at": NOW}
    commissions = [Commission(country=country, name=country, **values) for country in ("BR", "AF")]
    asked = Consultation(application_id="a1", country="BR", commission_name="BR", asked_at=NOW)
    said = asked.issued("digest").said("objects", "It is no city.", NOW)
    async with unit_of_work() as unit:
        for commission in commissions:
            await unit.commissions.put(commission)
        await unit.commissions.put(replace(commissions[0], name="Brazil"))
        for consultation in (asked, said):
            await unit.consultations.put(consultation)
        await unit.commit()
    async with unit_of_work() as unit:
        assert [one.name for one in await unit.commissions.all()] == ["AF", "Brazil"]
        assert await unit.commissions.get("AF") == commissions[1]
        assert await unit.consultations.of_application("a1") == said
        assert await unit.consultations.by_secret("digest") == said
        assert await unit.consultations.by_secret("other") is None
        assert await unit.consultations.of_applications(["a1", "a2"]) == {"a1": said}
        assert [await unit.commissions.remove("AF") for _ in range(2)] == [True, False]


async def test_rows_of_a_whole_file_are_looked_up_by_plans_for_what_the_tables_hold_by_then(postgres: str) -> None:
    database = await open_migrated(postgres, "isopolity.registry")
    events = EventFactory("urn:isopolity:test", lambda: NOW, uuid7)
    storage = Storage(database=database, tables=tables.messaging, events=events, wake=lambda: None)
    modes = []
    try:
        for is_bulk in (True, False):
            async with SqlRegistryUnitOfWork(storage) as unit:
                if is_bulk:
                    await unit.begin_bulk()
                modes.append((await unit.connection.exec_driver_sql("SHOW plan_cache_mode")).scalar_one())
    finally:
        await database.close()
    assert modes == ["force_custom_plan", "auto"]


async def test_a_table_with_many_new_rows_is_looked_at_once_they_are_kept(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{UNITS}._MANY", 2)
    async with _analyzing(postgres) as (storage, rows_known):
        for added, known in ((1, -1), (2, 3)):
            async with SqlRegistryUnitOfWork(storage) as unit:
                for number in range(added):
                    unit.cities.add(a_city(f"{added}-{number}", geonames_id=10 * added + number))
                await unit.commit()
            assert await rows_known("cities") == known
        assert await rows_known("partners") == -1


async def test_rows_are_kept_though_the_server_cannot_look_at_their_table(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{UNITS}._MANY", 1)
    monkeypatch.setattr(f"{UNITS}._PATIENCE", "1ms")
    async with _analyzing(postgres) as (storage, rows_known):
        async with storage.database.writing() as other:
            await other.exec_driver_sql("LOCK TABLE cities IN SHARE UPDATE EXCLUSIVE MODE")
            async with SqlRegistryUnitOfWork(storage) as unit:
                unit.cities.add(a_city())
                await unit.commit()
        async with SqlRegistryUnitOfWork(storage) as unit:
            assert await unit.cities.get("c1") == a_city()
        assert await rows_known("cities") == -1


@asynccontextmanager
async def _analyzing(postgres: str) -> AsyncIterator[tuple[Storage, Callable[[str], Awaitable[float]]]]:
    """The storage of a new database, and how many rows its server believes that a table has; -1 before it looked."""
    database = await open_migrated(postgres, "isopolity.registry")
    events = EventFactory("urn:isopolity:test", lambda: NOW, uuid7)

    async def rows_known(table: str) -> float:
        async with database.reading() as connection:
            known = await connection.exec_driver_sql(f"SELECT reltuples FROM pg_class WHERE relname = '{table}'")  # noqa: S608  # a name of this file
            return float(known.scalar_one())

    try:
        yield Storage(database=database, tables=tables.messaging, events=events, wake=lambda: None), rows_known
    finally:
        await database.close()

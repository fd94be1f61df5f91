"""The migrations run forward and back, and make exactly the tables that the adapters use."""

from contextlib import nullcontext
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, column, insert, inspect, select, table, text, update
from sqlalchemy.exc import DBAPIError

from isopolity.clock import system_clock, uuid7
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import downgrade, is_current, upgrade
from isopolity.persistence.outbox import EventFactory
from isopolity.persistence.portable_sql import insert_rows
from isopolity.persistence.unit_of_work import Storage
from isopolity.registry.adapters.sql.rows import CITIES, PARTNERS, REQUESTS
from isopolity.registry.adapters.sql.tables import contacts, messaging, metadata, twinnings
from isopolity.registry.adapters.sql.unit_of_work import SqlRegistryUnitOfWork
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.errors import ConcurrentChange
from isopolity.registry.domain.member import Member
from isopolity.registry.domain.request import Request
from tests.support.registry.service import city_profile, partner_profile, person, request_details

PACKAGE = "isopolity.registry"


def differences(connection: Connection) -> list[object]:
    found: list[object] = compare_metadata(MigrationContext.configure(connection), metadata)
    return found


def table_names(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


async def test_claims_become_retracted_on_the_way_back(url: str) -> None:
    database = Database.open(url)
    try:
        await upgrade(database, PACKAGE)
        rows = [
            {"id": f"{status}:z", "natural_key": f"{status}:z", "version": 3, "status": status, "city_a": status}
            | {"city_b": "z", "since": None, "claimed_by": None if status == "declared" else status}
            for status in ("claimed", "declared", "refused")
        ]
        async with database.writing() as connection:
            await connection.execute(insert(twinnings), rows)
            await connection.commit()
        await downgrade(database, PACKAGE, "0005")
        async with database.reading() as connection:
            found = (await connection.exec_driver_sql("SELECT status, version FROM twinnings ORDER BY id")).all()
        assert [tuple(row) for row in found] == [("retracted", 3), ("declared", 3), ("retracted", 3)]
        await upgrade(database, PACKAGE)
        assert await is_current(database, PACKAGE)
    finally:
        await database.close()


async def test_what_is_there_has_its_status_since_the_upgrade(url: str) -> None:
    database = Database.open(url)
    try:
        await upgrade(database, PACKAGE)
        row = {"id": "a:b", "natural_key": "a:b", "version": 2, "status": "retracted", "city_a": "a", "city_b": "b"}
        async with database.writing() as connection:
            await connection.execute(insert(twinnings), row)
            await connection.commit()
        await downgrade(database, PACKAGE, "0006")
        before = system_clock()
        await upgrade(database, PACKAGE)
        async with database.reading() as connection:
            since = (await connection.execute(select(twinnings.c.status_since))).scalar_one()
        assert before <= since <= system_clock()
        assert await is_current(database, PACKAGE)
    finally:
        await database.close()


async def test_cities_that_are_there_are_found_by_all_that_they_tell(url: str) -> None:
    places = [(60.2, 24.7), (None, None), (90.0, 180.0)]
    cities = [
        Member(
            member_id=f"c{number:04}",
            version=1,
            status="endorsed",
            region="arab-states",
            profile=city_profile(
                name=f"Ébène {number}",
                geonames_id=number + 1,
                population=number or None,
                languages=("pt-BR", "fr"),
                latitude=places[number % 3][0],
                longitude=places[number % 3][1],
            ),
        )
        for number in range(1_003)  # more than one step of the migration takes
    ]
    database = Database.open(url)
    try:
        await upgrade(database, PACKAGE)
        rows = [CITIES.to_row(city) for city in cities]
        async with database.writing() as connection:
            await insert_rows(connection, CITIES.table, rows)
            await connection.commit()
        await downgrade(database, PACKAGE, "0009")
        await upgrade(database, PACKAGE)
        columns = [column for column in CITIES.table.c if column.name in rows[0]]
        async with database.reading() as connection:
            found = (await connection.execute(select(*columns).order_by(CITIES.table.c.id))).mappings().all()
        assert [dict(row) for row in found] == rows
    finally:
        await database.close()


async def test_partners_and_requests_that_are_there_are_sorted_by_name(url: str) -> None:
    fund = Member(
        member_id="p1", version=1, status="endorsed", region="africa", profile=partner_profile(name="The \u2019t Fund")
    )
    books = Request(request_id="r1", version=1, status="published", city_id="c1", details=request_details())
    stored = [(PARTNERS.table, PARTNERS.to_row(fund)), (REQUESTS.table, REQUESTS.to_row(books))]
    database = Database.open(url)
    try:
        await upgrade(database, PACKAGE)
        async with database.writing() as connection:
            for table, row in stored:
                await connection.execute(insert(table), row)
            await connection.commit()
        await downgrade(database, PACKAGE, "0014")
        await upgrade(database, PACKAGE)
        async with database.reading() as connection:
            for table, row in stored:
                found = (await connection.execute(select(table))).mappings().one()
                assert dict(found) == row | {"status_since": None, "changed_at": None}
    finally:
        await database.close()


async def test_entries_of_the_audit_no_longer_tell_which_city_a_partner_looked_at(url: str) -> None:
    acted = {"at": system_clock(), "actor_kind": "member", "actor": "c1", "member_id": "fund"}
    rows = [
        acted | {"action": action, "subject_kind": "city", "subject_id": "espoo"}
        for action in ("shortlist.change", "shortlist.notes", "members.interests")
    ]
    database = Database.open(url)
    try:
        await upgrade(database, PACKAGE)
        await downgrade(database, PACKAGE, "0039")
        async with database.writing() as connection:
            await connection.execute(insert(messaging.audit), rows)
            await connection.commit()
        await upgrade(database, PACKAGE)
        columns = messaging.audit.c
        async with database.reading() as connection:
            found = (await connection.execute(select(columns.subject_kind, columns.subject_id))).all()
        assert sorted(map(tuple, found)) == [("city", "espoo"), ("partner", "fund"), ("partner", "fund")]
        async with database.writing() as connection:
            with pytest.raises(DBAPIError, match="audit"):
                await connection.execute(update(messaging.audit).values(subject_id="espoo"))
    finally:
        await database.close()


@pytest.mark.filterwarnings("ignore:autogenerate skipping .* dialect 'sqlite':UserWarning")
async def test_migrations_run_forward_back_and_forward_again(url: str) -> None:
    database = Database.open(url)
    try:
        await upgrade(database, PACKAGE)
        async with database.reading() as connection:
            assert await connection.run_sync(table_names) == set(metadata.tables)
            assert await connection.run_sync(differences) == []
        await downgrade(database, PACKAGE, "base")
        async with database.reading() as connection:
            assert await connection.run_sync(table_names) == set()
        assert not await is_current(database, PACKAGE)
        await upgrade(database, PACKAGE)
        assert await is_current(database, PACKAGE)
    finally:
        await database.close()


async def test_addresses_that_double_already_stay_and_the_older_contact_has_the_address(url: str) -> None:
    rows = [("2", "m", "ANA@x.example"), ("1", "m", "ana@x.example"), ("3", "n", "ana@x.example")]
    inserted = text(
        "INSERT INTO contacts (id, version, member_kind, member_id, role, name, email, language) "
        "VALUES (:id, 1, 'city', :member_id, 'deputy', 'Ana', :email, 'en')"
    )
    database = Database.open(url)
    try:
        await upgrade(database, PACKAGE)
        await downgrade(database, PACKAGE, "0001")
        async with database.writing() as connection:
            for contact_id, member_id, email in rows:
                await connection.execute(inserted, {"id": contact_id, "member_id": member_id, "email": email})
            await connection.commit()
        await upgrade(database, PACKAGE)
        async with database.reading() as connection:
            kept = (await connection.execute(text("SELECT id, email, address FROM contacts ORDER BY id"))).all()
        assert [tuple(row) for row in kept] == [
            ("1", "ana@x.example", "ana@x.example"),
            ("2", "ANA@x.example", None),
            ("3", "ana@x.example", "ana@x.example"),
        ]
        await downgrade(database, PACKAGE, "0001")
        async with database.reading() as connection:
            assert (await connection.execute(text("SELECT count(*) FROM contacts"))).scalar_one() == 3
    finally:
        await database.close()


async def test_a_contact_that_doubles_can_be_changed_until_it_takes_an_address_that_is_taken(url: str) -> None:
    database = Database.open(url)
    storage = Storage(
        database=database, tables=messaging, events=EventFactory("urn:x", system_clock, uuid7), wake=lambda: None
    )
    try:
        await upgrade(database, PACKAGE)
        first = Contact(contact_id="1", version=1, member_kind="city", member_id="m", person=person())
        async with SqlRegistryUnitOfWork(storage) as unit:
            unit.contacts.add(first)
            await unit.commit()
        doubled = replace(first, contact_id="2")
        async with SqlRegistryUnitOfWork(storage) as unit:
            unit.contacts.add(doubled)
            with pytest.raises(ConcurrentChange):
                await unit.commit()
        async with SqlRegistryUnitOfWork(storage) as unit:
            unit.contacts.add(doubled.changed(person(email="old@x.example")))
            await unit.commit()
        async with database.writing() as connection:
            await connection.exec_driver_sql(
                "UPDATE contacts SET email = 'ana@city.example', address = NULL WHERE id = '2'"
            )
            await connection.commit()
        for change, possible in ((person(role="deputy"), True), (person(email="ANA@city.example"), False)):
            async with SqlRegistryUnitOfWork(storage) as unit:
                unit.contacts.save(doubled.changed(change))
                with nullcontext() if possible else pytest.raises(ConcurrentChange):
                    await unit.commit()
    finally:
        await database.close()


async def test_contacts_that_stand_at_the_upgrade_are_confirmed_but_for_look_alikes(url: str) -> None:
    database = Database.open(url)
    emails = {
        "1": "ana@x.org",
        "2": "ANA@x.org",
        "3": "anna@strasse.org",
        "4": "anna@stra\u00dfe.org",
        "5": "cy@\u03bf\u03b4\u03bf\u03c2.gr",
    }
    shared = ("id", "name", "email", "language")
    old_contacts = table("contacts", *map(column, (*shared, "version", "member_kind", "member_id", "role")))
    people = table("people", *map(column, (*shared, "address", "scopes", "factor_confirmed", "factor_step")))
    of_staff = {"id": "6", "email": "cy@\u03bf\u03b4\u03bf\u03c3.gr", "address": "cy@\u03bf\u03b4\u03bf\u03c3.gr"}
    rights = {"scopes": "staff", "factor_confirmed": False, "factor_step": 0}
    about = {"version": 1, "member_kind": "city", "role": "deputy"}
    named = {"name": "N", "language": "en"}
    try:
        await upgrade(database, PACKAGE)
        await downgrade(database, PACKAGE, "0041")
        async with database.writing() as connection:
            for contact_id, email in emails.items():
                row = about | named | {"id": contact_id, "email": email, "member_id": contact_id}
                await connection.execute(insert(old_contacts).values(row))
            await connection.execute(insert(people).values(of_staff | named | rights))
            await connection.commit()
        await upgrade(database, PACKAGE)
        async with database.reading() as connection:
            found = await connection.execute(select(contacts.c.id).where(contacts.c.confirmed).order_by(contacts.c.id))
            assert found.scalars().all() == ["1", "2"]
    finally:
        await database.close()

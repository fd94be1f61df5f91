"""Addresses as upgrades and releases before have left them: nothing is merged, and `doctor` names what looks alike."""

# ruff: noqa: RUF001 - letters that look alike are meant
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Table, insert, select

from isopolity.machine.clock import system_clock, uuid7
from isopolity.persistence.database import Database
from isopolity.persistence.unit_of_work import EventFactory, Storage
from isopolity.registry.adapters.sql.access.lookalikes import lookalikes
from isopolity.registry.adapters.sql.tables import contacts, messaging, people
from isopolity.registry.adapters.sql.unit_of_work import SqlRegistryUnitOfWork
from tests.support.shared.migrated import open_migrated

PACKAGE = "isopolity.registry"


def contact(contact_id: str, member_id: str, email: str, **more: Any) -> dict[str, Any]:
    row = {"id": contact_id, "version": 1, "member_kind": "city", "member_id": member_id, "role": "deputy"}
    return row | {"name": "Anna", "email": email, "language": "en", "address": email.casefold()} | more


def person(person_id: str, email: str) -> dict[str, Any]:
    row = {"id": person_id, "name": "Anna", "email": email, "language": "en", "scopes": "staff"}
    return row | {"address": email.casefold(), "factor_confirmed": False, "factor_step": 0}


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = await open_migrated(url, PACKAGE)
    yield database
    await database.close()


async def fill(database: Database, table: Table, *rows: dict[str, Any]) -> None:
    async with database.writing() as connection:
        await connection.execute(insert(table), list(rows))
        await connection.commit()


async def addresses(database: Database, table: Table) -> dict[str, str | None]:
    async with database.reading() as connection:
        rows = (await connection.execute(select(table.c.id, table.c.address))).all()
    return {row.id: row.address for row in rows}


async def test_contacts_that_look_alike_and_those_that_cannot_be_mailed_are_found(database: Database) -> None:
    await fill(
        database,
        contacts,
        contact("1", "m", "anna@straße.example", address="anna@xn--strae-oqa.example"),
        contact("2", "m", "anna@strasse.example"),
        contact("3", "n", "anna@strasse.example"),
        contact("4", "n", "ANNA@ｓｔｒａｓｓｅ.example", address=None),
        contact("5", "o", "Anna@Localhost", address="unmailable Anna@Localhost"),
        contact("6", "o", "anna@xn--strae-oqa.example"),
        contact("7", "o", "anna@straße.example", address=None),
    )
    async with database.reading() as connection:
        found = await lookalikes(connection)
    assert found.alike == [["contact 1", "contact 2", "contact 3", "contact 7"]]
    assert found.unreachable == ["contact 4", "contact 7"]


async def test_people_of_one_mail_box_stay_two_entries_of_which_the_older_signs_in(database: Database) -> None:
    await fill(
        database,
        people,
        person("1", "mia@xn--strae-oqa.example"),
        person("2", "mia@straße.example") | {"address": "doubled 2"},
        person("3", "mia@strasse.example.example"),
    )
    held = {"1": "mia@xn--strae-oqa.example", "2": "doubled 2", "3": "mia@strasse.example.example"}
    assert await addresses(database, people) == held
    storage = Storage(
        database=database, tables=messaging, events=EventFactory("urn:x", system_clock, uuid7), wake=lambda: None
    )
    async with SqlRegistryUnitOfWork(storage) as unit:
        older = await unit.office.by_address("mia@xn--strae-oqa.example")
        younger = await unit.office.get("2")
        assert older is not None
        assert older.person_id == "1"
        assert younger is not None
        await unit.office.put(younger)  # as where its second factor is reset
        await unit.commit()
    assert await addresses(database, people) == held
    async with database.reading() as connection:
        assert (await lookalikes(connection)).unreachable == ["person 2"]


async def test_an_address_that_a_release_before_wrote_lets_nobody_else_in(database: Database) -> None:
    await fill(database, contacts, contact("1", "m", "anna@straße.example"))
    await fill(database, people, person("2", "anna@straße.example"))
    storage = Storage(
        database=database, tables=messaging, events=EventFactory("urn:x", system_clock, uuid7), wake=lambda: None
    )
    async with SqlRegistryUnitOfWork(storage) as unit:
        assert await unit.contacts.peek_of_address("anna@strasse.example") == []
        assert await unit.office.by_address("anna@strasse.example") is None
        kept = await unit.contacts.get("1")
        assert kept is not None
        unit.contacts.save(kept)
        await unit.commit()
    assert await addresses(database, contacts) == {"1": "anna@xn--strae-oqa.example"}

"""The upgrade that tells mail boxes apart: addresses are written anew, nothing is merged, `doctor` names the rest."""

# ruff: noqa: RUF001 - letters that look alike are meant
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, insert, select

from isopolity.clock import system_clock, uuid7
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import downgrade, upgrade
from isopolity.persistence.outbox import EventFactory
from isopolity.persistence.unit_of_work import Storage
from isopolity.registry.adapters.sql.checks.lookalikes import lookalikes
from isopolity.registry.adapters.sql.tables import contacts, messaging, people, sessions, sign_ins
from isopolity.registry.adapters.sql.unit_of_work import SqlRegistryUnitOfWork

PACKAGE = "isopolity.registry"
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def contact(contact_id: str, member_id: str, email: str, **more: Any) -> dict[str, Any]:
    row = {"id": contact_id, "version": 1, "member_kind": "city", "member_id": member_id, "role": "deputy"}
    return row | {"name": "Anna", "email": email, "language": "en", "address": email.casefold()} | more


def person(person_id: str, email: str) -> dict[str, Any]:
    row = {"id": person_id, "name": "Anna", "email": email, "language": "en", "scopes": "staff"}
    return row | {"address": email.casefold(), "factor_confirmed": False, "factor_step": 0}


def sign_in(address: str) -> dict[str, Any]:
    return {"id": address, "address": address, "requested_at": NOW, "mailable": True, "tries": 0}


def session(account_id: str) -> dict[str, Any]:
    digests = {"family_digest": f"f-{account_id}", "turn_digest": f"t-{account_id}"}
    days = {"started_at": NOW, "refreshed_at": NOW, "ends_at": NOW + timedelta(days=14)}
    return {"id": account_id, "account_id": account_id, "chosen": True, "verified": False} | digests | days


@pytest.fixture
async def before(url: str) -> AsyncIterator[Database]:
    """A database of the release before."""
    database = Database.open(url)
    await upgrade(database, PACKAGE)
    await downgrade(database, PACKAGE, "0041")
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


async def test_contacts_that_were_one_by_folding_are_two_and_nothing_is_merged(before: Database) -> None:
    await fill(
        before,
        contacts,
        contact("1", "m", "anna@straße.example"),
        contact("2", "m", "anna@strasse.example", address=None),
        contact("3", "n", "anna@strasse.example"),
        contact("4", "n", "ANNA@ｓｔｒａｓｓｅ.example"),
        contact("5", "o", "Anna@Localhost"),
        contact("6", "o", "anna@xn--strae-oqa.example"),
        contact("7", "o", "anna@straße.example"),
    )
    await upgrade(before, PACKAGE)
    assert await addresses(before, contacts) == {
        "1": "anna@xn--strae-oqa.example",
        "2": "anna@strasse.example",
        "3": "anna@strasse.example",
        "4": None,
        "5": "unmailable Anna@Localhost",
        "6": "anna@xn--strae-oqa.example",
        "7": None,
    }
    async with before.reading() as connection:
        found = await lookalikes(connection)
    assert found.alike == [["contact 1", "contact 2", "contact 3", "contact 7"]]
    assert found.unreachable == ["contact 4", "contact 7"]
    await downgrade(before, PACKAGE, "0041")
    assert (await addresses(before, contacts))["5"] == "anna@localhost"


async def test_people_of_one_mail_box_stay_two_entries_of_which_the_older_signs_in(before: Database) -> None:
    await fill(
        before,
        people,
        person("1", "mia@xn--strae-oqa.example"),
        person("2", "mia@straße.example"),
        person("3", "mia@strasse.example.example"),
    )
    await upgrade(before, PACKAGE)
    held = {"1": "mia@xn--strae-oqa.example", "2": "doubled 2", "3": "mia@strasse.example.example"}
    assert await addresses(before, people) == held
    storage = Storage(
        database=before, tables=messaging, events=EventFactory("urn:x", system_clock, uuid7), wake=lambda: None
    )
    async with SqlRegistryUnitOfWork(storage) as unit:
        older = await unit.office.by_address("mia@xn--strae-oqa.example")
        younger = await unit.office.get("2")
        assert older is not None
        assert older.person_id == "1"
        assert younger is not None
        await unit.office.put(younger)  # as where its second factor is reset
        await unit.commit()
    assert await addresses(before, people) == held
    async with before.reading() as connection:
        assert (await lookalikes(connection)).unreachable == ["person 2"]


async def test_sign_ins_and_sessions_of_two_mail_boxes_end_and_others_go_on(before: Database) -> None:
    await fill(
        before,
        contacts,
        contact("1", "m", "anna@straße.example"),
        contact("2", "n", "anna@strasse.example"),
        contact("3", "o", "bo@Weißach.example"),
        contact("4", "p", "cy@city.example"),
    )
    await fill(before, people, person("5", "Cy@city.example"))
    await fill(before, sessions, *map(session, "12345"))
    known = ("anna@strasse.example", "bo@weissach.example", "cy@city.example")
    await fill(before, sign_ins, *map(sign_in, (*known, "nobody@münchen.example", "nobody@localhost")))
    await upgrade(before, PACKAGE)
    assert sorted(filter(None, (await addresses(before, sign_ins)).values())) == [
        "bo@xn--weiach-dta.example",
        "cy@city.example",
        "nobody@xn--mnchen-3ya.example",
    ]
    async with before.reading() as connection:
        assert sorted((await connection.execute(select(sessions.c.id))).scalars()) == ["3", "4", "5"]
        assert (await lookalikes(connection)).alike == [["contact 1", "contact 2"]]


async def test_an_address_that_a_release_before_wrote_lets_nobody_else_in(before: Database) -> None:
    await upgrade(before, PACKAGE)
    await fill(before, contacts, contact("1", "m", "anna@straße.example"))
    await fill(before, people, person("2", "anna@straße.example"))
    storage = Storage(
        database=before, tables=messaging, events=EventFactory("urn:x", system_clock, uuid7), wake=lambda: None
    )
    async with SqlRegistryUnitOfWork(storage) as unit:
        assert await unit.contacts.peek_of_address("anna@strasse.example") == []
        assert await unit.office.by_address("anna@strasse.example") is None
        kept = await unit.contacts.get("1")
        assert kept is not None
        unit.contacts.save(kept)
        await unit.commit()
    assert await addresses(before, contacts) == {"1": "anna@xn--strae-oqa.example"}

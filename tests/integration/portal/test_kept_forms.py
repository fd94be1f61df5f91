"""Forms of ended sessions in SQL: sealed by cookie and account, moved to a new session, and gone after a day."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import select

from isopolity.persistence.database import Database
from isopolity.persistence.retention import chores
from isopolity.portal.adapters.encryption import new_secret
from isopolity.portal.adapters.sql import tables
from isopolity.portal.adapters.sql.kept_forms import SqlKeptForms
from isopolity.portal.adapters.sql.retention import KINDS, forgetting
from isopolity.portal.domain.session import KeptForm
from isopolity.portal.settings import PortalSettings
from tests.support.shared.relays import START, Moving, let_go, storage_of

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
FORM = KeptForm(page="/me/contacts", fields={"name": "Zoë “Typed”", "role": "deputy"})
OTHER = KeptForm(page="/me/profile/who", fields={"about": "Words."})


async def test_a_form_is_read_with_the_cookie_and_by_the_account_that_typed_it_only(database: Database) -> None:
    store, secret = SqlKeptForms(database), new_secret()
    assert await store.keep(secret, "ana", FORM, NOW)
    assert await store.read(secret, "ana", FORM.page) == FORM
    assert await store.newest(secret, "ana") == FORM
    assert await store.read(secret, "bo", FORM.page) is None
    assert await store.newest(secret, "bo") is None
    assert await store.read(new_secret(), "ana", FORM.page) is None
    assert await store.read(secret, "ana", OTHER.page) is None
    assert [await store.has_any(each) for each in (secret, new_secret())] == [True, False]
    async with database.reading() as connection:
        (row,) = (await connection.execute(select(tables.kept_forms))).all()
    told = repr(tuple(row)) + bytes(row.sealed).decode("latin-1")
    assert not any(text in told for text in ("Typed", "contacts", "ana", secret))


async def test_a_form_that_is_sent_twice_at_once_is_kept_once_as_it_was_sent_last(database: Database) -> None:
    store, secret = SqlKeptForms(database), new_secret()
    await asyncio.gather(*(store.keep(secret, "ana", FORM, NOW) for _ in range(5)))
    newer = KeptForm(page=FORM.page, fields={"name": "Bo"})
    await store.keep(secret, "ana", newer, NOW)
    assert await store.newest(secret, "ana") == newer
    await store.forget(secret, "ana", FORM.page)
    assert not await store.has_any(secret)


async def test_a_new_session_takes_over_what_its_accounts_typed_and_the_rest_goes(database: Database) -> None:
    store, earlier, secret = SqlKeptForms(database), new_secret(), new_secret()
    await store.keep(earlier, "ana", OTHER, NOW)
    await store.keep(earlier, "ana", FORM, NOW.replace(hour=10))
    await store.keep(earlier, "bo", FORM, NOW)
    await store.move(earlier, secret, ["ana", "cy"])
    assert await store.newest(secret, "ana") == FORM
    assert await store.read(secret, "ana", OTHER.page) == OTHER
    assert not await store.has_any(earlier)
    assert await store.read(secret, "bo", FORM.page) is None
    await store.forget_all(secret)
    assert not await store.has_any(secret)


async def test_strangers_cannot_fill_the_table(database: Database) -> None:
    store = SqlKeptForms(database)
    assert not await store.keep(new_secret(), "ana", KeptForm(page="/me/contacts", fields={"a": "b" * 200_000}), NOW)
    store = SqlKeptForms(database, most=2)
    assert [await store.keep(new_secret(), "ana", FORM, NOW) for _ in range(3)] == [True, True, False]
    secret = new_secret()
    store = SqlKeptForms(database)
    pages = [KeptForm(page=f"/proposals/p{number}", fields={}) for number in range(25)]
    assert sum([await store.keep(secret, "ana", form, NOW) for form in pages]) == 20
    assert await store.keep(secret, "ana", pages[0], NOW), "typed once more"


async def test_a_form_goes_after_a_day(database: Database) -> None:
    store, secret, clock = SqlKeptForms(database), new_secret(), Moving()
    await store.keep(secret, "ana", FORM, START)
    storage = storage_of(database, tables.messaging, clock)
    due = chores(KINDS, PortalSettings(), forgetting(storage))
    clock.after(days=0.9)
    assert not any((await let_go(storage, due)).values())
    clock.after(days=1.1)
    assert sum((await let_go(storage, due)).values()) == 1
    assert not await store.has_any(secret)

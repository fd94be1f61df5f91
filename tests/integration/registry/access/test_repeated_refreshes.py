"""A refresh whose answer was lost is found again by its key, for a minute; with any other key the session ends."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from isopolity.registry.adapters.sql import tables
from isopolity.registry.domain.access.session import REPEATABLE
from tests.support.registry.access import (
    SESSIONS,
    add_to_office,
    enrolled,
    holder,
    pass_with_code,
    refresh,
    revoked,
    signed_in,
)
from tests.support.registry.service import CONTACT, RegistryUnderTest, open_under_test
from tests.support.shared.relays import Moving

KEY = "k" * 64
OTHER_KEY = "o" * 64


@pytest.fixture
def clock() -> Moving:
    return Moving(datetime.now(UTC))


@pytest.fixture
async def timed(url: str, tmp_path: Path, clock: Moving) -> AsyncIterator[RegistryUnderTest]:
    async with open_under_test(url, tmp_path, clock=clock) as opened:
        yield opened


async def answered(registry: RegistryUnderTest, session: dict[str, Any], key: str, **more: Any) -> dict[str, Any]:
    answer = await refresh(registry, session, key=key, **more)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def has_ended(registry: RegistryUnderTest, session: dict[str, Any]) -> bool:
    return f"session:{session['session_id']}" in await revoked(registry)


async def test_the_same_request_finds_the_same_refresh_token_and_the_session_goes_on(
    timed: RegistryUnderTest, clock: Moving
) -> None:
    await timed.add_city(contact=CONTACT)
    session = await signed_in(timed)
    lost = await answered(timed, session, KEY)
    clock.now += REPEATABLE - timedelta(seconds=1)
    found = await answered(timed, session, KEY)
    assert found["refresh_token"] == lost["refresh_token"] != session["refresh_token"]
    for number in range(3):
        found = await answered(timed, found, f"{number}" * 64)
    assert not await has_ended(timed, session)


async def test_many_who_send_the_same_request_at_once_get_the_same_refresh_token(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    session = await signed_in(registry)
    found = await asyncio.gather(*(answered(registry, session, KEY) for _ in range(4)))
    assert len({one["refresh_token"] for one in found}) == 1
    for one in found:
        assert (await registry.client.get(SESSIONS, headers=holder(one))).status_code == 200
    assert not await has_ended(registry, session)


@pytest.mark.parametrize("key", [OTHER_KEY, None])
async def test_an_earlier_token_with_another_key_ends_the_session(
    on_sqlite: RegistryUnderTest, key: str | None
) -> None:
    await on_sqlite.add_city(contact=CONTACT)
    session = await signed_in(on_sqlite)
    last = await answered(on_sqlite, session, KEY)
    assert (await refresh(on_sqlite, session, key=key)).status_code == 410
    assert await has_ended(on_sqlite, session)
    assert (await refresh(on_sqlite, last, key=KEY)).status_code == 410


async def test_after_a_minute_the_same_request_ends_the_session(timed: RegistryUnderTest, clock: Moving) -> None:
    await timed.add_city(contact=CONTACT)
    session = await signed_in(timed)
    await answered(timed, session, KEY)
    clock.now += REPEATABLE
    assert (await refresh(timed, session, key=KEY)).status_code == 410
    assert await has_ended(timed, session)


async def test_once_the_next_token_is_spent_the_same_request_ends_the_session(on_sqlite: RegistryUnderTest) -> None:
    await on_sqlite.add_city(contact=CONTACT)
    session = await signed_in(on_sqlite)
    await answered(on_sqlite, await answered(on_sqlite, session, KEY), KEY)
    assert (await refresh(on_sqlite, session, key=KEY)).status_code == 410
    assert await has_ended(on_sqlite, session)


async def test_a_choice_of_account_is_found_again_and_another_goes_on_from_it(on_sqlite: RegistryUnderTest) -> None:
    await on_sqlite.add_city(contact=CONTACT)
    await on_sqlite.add_city(geonames_id=2, name="Turku", country="FI", contact=CONTACT)
    session = await signed_in(on_sqlite)
    first, second = [one["account_id"] for one in session["accounts"]]
    lost = await answered(on_sqlite, session, KEY, account_id=first)
    found = await answered(on_sqlite, session, KEY, account_id=first)
    assert (found["account_id"], found["refresh_token"]) == (first, lost["refresh_token"])
    other = await answered(on_sqlite, session, KEY, account_id=second)
    assert other["account_id"] == second
    assert (await answered(on_sqlite, other, OTHER_KEY))["account_id"] == second


async def test_a_code_that_was_passed_is_found_again_and_counts_once(timed: RegistryUnderTest, clock: Moving) -> None:
    await add_to_office(timed)
    session = await signed_in(timed, "Mia@network.example")
    code = (await enrolled(timed, session)).at(clock.now)
    lost, found = [await pass_with_code(timed, session, code, key=KEY) for _ in range(2)]
    assert (lost.status_code, found.status_code) == (200, 200), found.text
    assert found.json()["refresh_token"] == lost.json()["refresh_token"]
    assert found.json()["access_token"] is not None
    another = await signed_in(timed, "Mia@network.example")
    assert (await pass_with_code(timed, another, code, key=KEY)).status_code == 422


async def test_a_session_that_was_ended_is_not_found_again(on_sqlite: RegistryUnderTest) -> None:
    await on_sqlite.add_city(contact=CONTACT)
    session = await signed_in(on_sqlite)
    last = await answered(on_sqlite, session, KEY)
    assert (await on_sqlite.client.delete(f"{SESSIONS}/{last['session_id']}", headers=holder(last))).status_code == 204
    assert (await refresh(on_sqlite, session, key=KEY)).status_code == 410


async def test_a_key_that_can_be_guessed_is_refused(on_sqlite: RegistryUnderTest) -> None:
    await on_sqlite.add_city(contact=CONTACT)
    session = await signed_in(on_sqlite)
    assert (await refresh(on_sqlite, session, key="1")).status_code == 422
    assert (await refresh(on_sqlite, session)).status_code == 200


async def test_neither_the_token_nor_the_key_is_kept(on_sqlite: RegistryUnderTest) -> None:
    await on_sqlite.add_city(contact=CONTACT)
    family, _, turn = (await answered(on_sqlite, await signed_in(on_sqlite), KEY))["refresh_token"].partition(".")
    async with on_sqlite.database.reading() as connection:
        rows = [repr(tuple(row)) for row in await connection.execute(select(tables.sessions))]
    assert len(rows) == 1
    assert not any(secret in rows[0] for secret in (family, turn, KEY))

"""A POST with an Idempotency-Key has its effect once, also when sent twice at once or cut off before the commit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.database import Database
from isopolity.registry.adapters.sql import tables
from tests.support.registry.service import CITY, CONTACT, RegistryUnderTest, bearer, open_under_test, staff

CITIES = "/registry/v1/cities"
KEYED = {"Idempotency-Key": "k1"}


async def test_the_same_key_and_body_get_the_same_response_once(registry: RegistryUnderTest) -> None:
    first, second = [await registry.client.post(CITIES, json=CITY, headers=staff(**KEYED)) for _ in range(2)]
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert first.headers["location"] == second.headers["location"]
    assert second.headers["etag"] == '"1"'
    assert await registry.event_names() == ["city.registered"]


async def test_the_same_key_with_another_body_is_refused(registry: RegistryUnderTest) -> None:
    await registry.client.post(CITIES, json=CITY, headers=staff(**KEYED))
    other = await registry.client.post(CITIES, json=CITY | {"geonames_id": 2}, headers=staff(**KEYED))
    assert other.status_code == 422
    assert "key" in other.json()["detail"]
    assert await registry.event_names() == ["city.registered"]


async def test_a_key_counts_for_its_caller_and_address_only(registry: RegistryUnderTest) -> None:
    await registry.client.post(CITIES, json=CITY, headers=staff(**KEYED))
    other = bearer("staff", subject="another") | KEYED
    assert (await registry.client.post(CITIES, json=CITY | {"geonames_id": 2}, headers=other)).status_code == 201


async def test_strangers_with_one_key_learn_nothing_of_each_other(registry: RegistryUnderTest) -> None:
    application = CITY | {"contact": CONTACT}
    first, again = [await registry.client.post(CITIES, json=application, headers=KEYED) for _ in range(2)]
    assert first.json() == again.json()
    other = await registry.client.post(CITIES, json=application | {"geonames_id": 2}, headers=KEYED)
    assert other.status_code == 202
    assert other.json() != first.json()
    assert await registry.event_names() == ["confirmation.requested"] * 2


async def test_what_was_refused_is_tried_again_with_the_same_key(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    again = await registry.client.post(CITIES, json=CITY, headers=staff(**KEYED))
    assert again.status_code == 409
    await registry.client.post(f"{CITIES}/{city_id}/withdraw", headers=staff())
    again = await registry.client.post(CITIES, json=CITY, headers=staff(**KEYED))
    assert again.status_code == 201


async def test_requests_with_one_key_at_the_same_time_have_one_effect(registry: RegistryUnderTest) -> None:
    answers = await asyncio.gather(*(registry.client.post(CITIES, json=CITY, headers=staff(**KEYED)) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await registry.event_names() == ["city.registered"]


async def test_the_same_city_at_the_same_time_without_a_key_is_registered_once(registry: RegistryUnderTest) -> None:
    answers = await asyncio.gather(*(registry.client.post(CITIES, json=CITY, headers=staff()) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    assert await registry.event_names() == ["city.registered"]


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
async def test_a_key_that_cannot_be_kept_is_refused(on_sqlite: RegistryUnderTest, key: str) -> None:
    answer = await on_sqlite.client.post(CITIES, json=CITY, headers=[(b"Idempotency-Key", key.encode("latin-1"))])
    assert answer.status_code == 422


class _Killed(BaseException):
    """Stands for the process's end."""


class _DyingDatabase(Database):
    """A database whose process dies before, or just after, its next commit."""

    dying: str | None = None

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        async with super().writing() as connection:
            yield _DyingConnection(connection, self)  # type: ignore[misc] # stands for a connection


class _DyingConnection:
    def __init__(self, inner: AsyncConnection, database: _DyingDatabase) -> None:
        self._inner = inner
        self._database = database

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def commit(self) -> None:
        if self._database.dying == "before":
            raise _Killed
        await self._inner.commit()
        if self._database.dying == "after":
            raise _Killed


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_crash_round_the_commit_loses_nothing_and_doubles_nothing(
    url: str, tmp_path: Path, moment: str
) -> None:
    database = _DyingDatabase.open(url)
    async with open_under_test(url, tmp_path, database=database) as registry:
        database.dying = moment
        with pytest.raises(_Killed):
            await registry.client.post(CITIES, json=CITY, headers=staff(**KEYED))
        database.dying = None
        assert await registry.event_names() == ([] if moment == "before" else ["city.registered"])
        answer = await registry.client.post(CITIES, json=CITY, headers=staff(**KEYED))
        assert answer.status_code == 201
        assert await registry.event_names() == ["city.registered"]
        async with registry.database.reading() as connection:
            assert (await connection.execute(select(func.count()).select_from(tables.cities))).scalar_one() == 1

"""In SQLite, where one writes at a time, reading waits for nobody: an import of a whole file may take a minute."""

import asyncio

import pytest

from tests.support.registry.drafts import begun, post
from tests.support.registry.service import CITY, RegistryUnderTest, bearer

READ = (
    "/applications",
    "/commissions",
    "/prepared-imports",
    "/revocations",
    "/people",
    "/sessions",
    "/cities",
    "/capacity-defaults",
    "/capacity-defaults/choices",
)


@pytest.fixture
async def busy(on_sqlite: RegistryUnderTest) -> RegistryUnderTest:
    applied = {**CITY, "contact": {"name": "Ana", "email": "ana@city.example"}}
    await on_sqlite.client.post("/registry/v1/cities", json=applied)
    return on_sqlite


async def test_pages_that_read_are_answered_while_somebody_writes(busy: RegistryUnderTest) -> None:
    headers = bearer("staff", "operator", "contacts:read")
    async with busy.database.writing(), asyncio.timeout(60):
        answers = [await busy.client.get(f"/registry/v1{path}", headers=headers) for path in READ]
    assert {path: answer.status_code for path, answer in zip(READ, answers, strict=True)} == dict.fromkeys(READ, 200)


async def test_a_draft_opens_by_its_link_while_somebody_writes(busy: RegistryUnderTest) -> None:
    secret = await begun(busy)
    async with busy.database.writing(), asyncio.timeout(60):
        assert (await post(busy, "open", secret)).json()["usual_capacity"] == 1

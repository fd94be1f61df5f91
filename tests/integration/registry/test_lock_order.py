"""Locks on PostgreSQL: an application is locked before what belongs to it, and the list of the office as a whole."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text

from isopolity.registry.adapters.sql import tables
from isopolity.registry.adapters.sql.joining import consultations, drafts
from tests.support.polling import until
from tests.support.registry.access import PEOPLE, add_to_office
from tests.support.registry.applications import APPLICATIONS, apply_and_confirm
from tests.support.registry.commissions import consult, enter
from tests.support.registry.commissions import post as by_commission
from tests.support.registry.drafts import post as by_applicant
from tests.support.registry.service import RegistryUnderTest, bearer, open_under_test, staff

pytestmark = pytest.mark.postgres
MAILER = bearer("contacts:read")
_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


async def waits_for_a_lock(registry: RegistryUnderTest) -> bool:
    async with registry.database.reading() as connection:
        return bool((await connection.execute(_WAITING)).scalar_one())


async def test_whoever_acts_on_an_application_locks_it_first(postgres: str, tmp_path: Path) -> None:
    async with open_under_test(postgres, tmp_path) as registry:
        application_id = await apply_and_confirm(registry)
        place, client = f"{APPLICATIONS}/{application_id}", registry.client

        async def letter() -> str:
            async with registry.database.reading() as connection:
                query = select(tables.metadata.tables["letters"].c.id).order_by(text("id DESC")).limit(1)
                return f"/registry/v1/letters/{(await connection.execute(query)).scalar_one()}"

        async def after_the_lock(act: Awaitable[Any]) -> Any:
            async with registry.database.writing() as connection:
                its_row = select(tables.applications.c.id).where(tables.applications.c.id == application_id)
                await connection.execute(its_row.with_for_update())
                acting = asyncio.ensure_future(act)
                await until(lambda: waits_for_a_lock(registry))
                for table in (drafts, consultations):
                    await connection.execute(select(table).with_for_update(nowait=True))
            answer = await acting
            assert answer.is_success, answer.text
            return answer

        await enter(registry)
        await after_the_lock(consult(registry, application_id))
        to_commission = await letter()
        secret = (await after_the_lock(client.post(f"{to_commission}/issue", headers=MAILER))).json()["secret"]
        await after_the_lock(by_commission(registry, "say", secret, verdict="endorses"))
        failed = client.post(f"{to_commission}/forget", json={"outcome": "failed"}, headers=MAILER)
        await after_the_lock(failed)
        for act in ("hand-in", "forget"):
            await after_the_lock(client.post(f"{place}/ask", json={"question": "Which?"}, headers=staff()))
            secret = (await after_the_lock(client.post(f"{await letter()}/issue", headers=MAILER))).json()["secret"]
            version = (await by_applicant(registry, "open", secret)).json()["version"]
            more = {"version": version, "answer": "Yes."} if act == "hand-in" else {}
            await after_the_lock(by_applicant(registry, act, secret, **more))


async def test_two_operators_who_go_at_once_do_not_leave_the_list_to_nobody(postgres: str, tmp_path: Path) -> None:
    async with open_under_test(postgres, tmp_path) as registry:
        first, second = [
            await add_to_office(registry, email=f"{name}@network.example", scopes=["operator"]) for name in "ab"
        ]
        async with registry.database.writing() as connection:
            await connection.execute(delete(tables.people).where(tables.people.c.id == first))
            headers = bearer("operator", subject=second)
            going = asyncio.ensure_future(registry.client.delete(f"{PEOPLE}/{second}", headers=headers))
            await until(lambda: waits_for_a_lock(registry))
            await connection.commit()
        answer = await going
        assert (answer.status_code, "No other person on the list" in answer.json()["detail"]) == (409, True)

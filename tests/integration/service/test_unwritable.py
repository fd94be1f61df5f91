"""A PostgreSQL server that takes no changes, under a running service: told at once, over by itself."""

from pathlib import Path

import asyncpg
import httpx
import pytest

from isopolity.runtime.process import running
from tests.support.polling import until
from tests.support.shared.note_service import NoteSettings, bearer, open_notes

_END_SESSIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def set_read_only(url: str, setting: str) -> None:
    """Let new sessions of this database be read-only or not, and end those there are."""
    connection = await asyncpg.connect(url)
    await connection.execute("SET default_transaction_read_only = off")
    name = await connection.fetchval("SELECT current_database()")
    await connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {setting}')
    await connection.execute(_END_SESSIONS)
    await connection.close()


@pytest.mark.postgres
async def test_server_that_takes_no_changes_is_told_and_the_service_comes_back(postgres: str, tmp_path: Path) -> None:
    url = postgres.replace("postgresql://", "postgresql+asyncpg://")
    async with (
        open_notes(NoteSettings(data=tmp_path), database_url=url) as service,
        running(service.tasks) as died,
        httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url="http://matching") as client,
    ):

        async def database(**headers: str) -> str:
            return str((await client.get("/matching/health/ready", headers=headers)).json()["parts"]["database"])

        async def is_fine() -> bool:
            return await database() == "ok"

        unwritable, outside = list[str](), ""

        async def is_told() -> bool:  # what was refused is remembered for some seconds
            nonlocal unwritable, outside
            inside = await database()
            outside = await database(**{"X-Forwarded-For": "192.0.2.7"})
            unwritable = (await client.get("/matching/v1/status", headers=bearer("operator"))).json()["unwritable"]
            return (
                "cannot be written, because its server takes no changes." in inside
                and outside != "ok"
                and bool(unwritable)
            )

        await until(is_fine)
        await set_read_only(postgres, "on")
        await until(is_told)
        refused = await client.post("/matching/v1/notes/a")
        await set_read_only(postgres, "off")
        await until(is_fine)
        assert (await client.post("/matching/v1/notes/b")).status_code == 200
        assert not died.is_set()
    assert unwritable == [f"{service.vitals.database.place} cannot be written, because its server takes no"
                          " changes. End the server's read-only mode or name the new primary; then it goes"
                          " on by itself"]  # fmt: skip
    assert outside == "cannot be written"
    assert refused.status_code == 503
    assert refused.json()["detail"].startswith("Nothing was saved, because a store cannot be written: its server takes")

"""A PostgreSQL server that takes no changes, or grants too little, under a running service: told, over by itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import pytest

from isopolity.persistence.database import DatabaseUnavailable, is_unavailable
from isopolity.runtime.process import running
from tests.support.polling import until
from tests.support.shared.note_service import NoteSettings, bearer, open_notes
from tests.support.shared.storage import open_storage

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


@asynccontextmanager
async def role_with_rights(url: str) -> AsyncIterator[tuple[asyncpg.Connection, str, str]]:
    """The owner's connection, a role with all rights on the tables, and the address at which that role comes in."""
    async with open_storage(url):
        pass
    owner = await asyncpg.connect(url)
    role = f"{await owner.fetchval('SELECT current_database()')}_service"
    await owner.execute(f"CREATE ROLE \"{role}\" LOGIN PASSWORD 'a secret'")
    try:
        await owner.execute(f'GRANT ALL ON ALL TABLES IN SCHEMA public TO "{role}"')
        await owner.execute(f'GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO "{role}"')
        parts = urlsplit(url)
        address = f"{role}:a%20secret@{parts.hostname}:{parts.port or 5432}"
        yield owner, role, urlunsplit(parts._replace(scheme="postgresql+asyncpg", netloc=address))
    finally:
        await owner.execute(_END_SESSIONS)
        await owner.execute(f'DROP OWNED BY "{role}"')
        await owner.execute(f'DROP ROLE "{role}"')
        await owner.close()


@pytest.mark.postgres
async def test_right_that_is_revoked_holds_the_partition_and_gives_nothing_up(postgres: str, tmp_path: Path) -> None:
    async with (
        role_with_rights(postgres) as (owner, role, url),
        open_notes(NoteSettings(data=tmp_path), database_url=url) as service,
        running(service.tasks) as died,
        httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url="http://matching") as client,
    ):

        async def status() -> dict[str, Any]:
            return dict((await client.get("/matching/v1/status", headers=bearer("operator"))).json())

        async def noted(name: str) -> bool:
            return bool(await owner.fetchval("SELECT count(*) FROM notes WHERE text = $1", f"canary-{name}"))

        held = dict[str, Any]()

        async def is_held() -> bool:
            (held["consumer"],) = (await status()).get("consumers") or [{"retrying": []}]
            return any("permission denied for table notes" in each["error"] for each in held["consumer"]["retrying"])

        assert (await client.post("/matching/v1/notes/a")).status_code == 200
        await until(lambda: noted("a"))
        await owner.execute(f'REVOKE INSERT ON notes FROM "{role}"')
        assert (await client.post("/matching/v1/notes/b")).status_code == 200
        await until(is_held)
        assert (await client.get("/matching/health/ready")).status_code == 503
        await owner.execute(f'GRANT INSERT ON notes TO "{role}"')
        await until(lambda: noted("b"))
        assert (await status())["dead_letters"] == {}
        assert not died.is_set()
    assert not held["consumer"]["ready"]
    assert "because its role lacks a right (permission denied for table notes). Grant" in held["consumer"]["reason"]


@pytest.mark.postgres
async def test_rights_on_tables_are_tried_before_anything_needs_them(postgres: str) -> None:
    async with role_with_rights(postgres) as (owner, role, url), open_storage(url, create=False) as storage:
        database = storage.database
        await database.try_writing(storage.tables.outbox)
        await owner.execute(f'REVOKE DELETE ON notes, outbox FROM "{role}"')
        with pytest.raises(DatabaseUnavailable) as caught:
            await database.try_writing(storage.tables.outbox)
        assert is_unavailable(caught.value)
        why = database.why_unwritable()
        await owner.execute(f'GRANT DELETE ON notes, outbox TO "{role}"')
        await database.try_writing(storage.tables.outbox)
        await owner.execute(f'REVOKE USAGE ON SEQUENCE notes_id_seq FROM "{role}"')
        with pytest.raises(DatabaseUnavailable, match="USAGE on notes_id_seq"):
            await database.try_writing(storage.tables.outbox)
        await owner.execute("REVOKE USAGE ON SCHEMA public FROM public")
        with pytest.raises(DatabaseUnavailable, match="its schema is closed to the role"):
            await database.try_writing(storage.tables.outbox)
    assert why is not None
    assert "because its role lacks a right (DELETE on notes, outbox)" in why

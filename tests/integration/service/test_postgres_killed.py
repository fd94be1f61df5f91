"""PostgreSQL killed as by a power cut, and back: what was answered with success is not lost, the service goes on."""

import asyncio
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from isopolity.persistence.database import Database
from isopolity.runtime.process import running
from isopolity.runtime.service import Service
from tests.support.polling import until
from tests.support.servers.ports import free_port
from tests.support.servers.provision import program
from tests.support.shared.note_service import NoteSettings, open_notes
from tests.support.shared.storage import NOTES

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


class Server:
    """A PostgreSQL server of this test's own."""

    def __init__(self, control: str, folder: str) -> None:
        self._control = control
        self._folder = folder

    async def __call__(self, *verb: str) -> None:
        environment = {**os.environ, "POSTGRES_DIR": f"{self._folder}/server"}
        await asyncio.to_thread(
            subprocess.run, [self._control, *verb], env=environment, check=True, stdout=subprocess.DEVNULL
        )


@pytest.fixture
def folder() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as another user
        yield folder


@pytest.fixture
async def server(folder: str) -> AsyncIterator[tuple[Server, str]]:
    server, port = Server(program("ISOPOLITY_TEST_POSTGRES_CONTROL"), folder), free_port()
    await server("start", "--port", str(port))
    try:
        yield server, f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        await server("stop")


@asynccontextmanager
async def posting(service: Service, accepted: list[str]) -> AsyncIterator[None]:
    """Post one note after the other; those answered with success are in `accepted`."""
    transport = httpx.ASGITransport(service.app)

    async def post() -> None:
        async with httpx.AsyncClient(transport=transport, base_url="http://matching.example", timeout=30) as client:
            for number in range(100_000):
                response = await client.post(f"/matching/v1/notes/{number}")
                assert response.status_code in (200, 503)
                if response.status_code == 200:
                    accepted.append(f"relayed canary-{number}")
                await asyncio.sleep(0.005)

    task = asyncio.create_task(post())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()


async def noted(database: Database) -> list[str]:
    async with database.reading() as connection:
        return list((await connection.execute(select(NOTES.c.text))).scalars())


async def test_what_was_accepted_survives_a_killed_database_and_has_its_effect_once(
    server: tuple[Server, str], tmp_path: Path
) -> None:
    postgres, url = server
    accepted: list[str] = []
    async with open_notes(NoteSettings(data=tmp_path), database_url=url) as service, running(service.tasks) as died:
        database = service.vitals.database
        async with posting(service, accepted):
            await until(lambda: len(accepted) >= 30)
            await postgres("kill")
            before = len(accepted)
            await postgres("resume")
            await until(lambda: len(accepted) >= before + 30)

        async def all_noted() -> bool:
            return set(accepted) <= set(await noted(database))

        await until(all_noted)
        assert not died.is_set()
        found = await noted(database)
    assert len(found) == len(set(found))

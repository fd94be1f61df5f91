"""A primary demoted under open connections: relay and consumer wait for its successor, and no event is given up."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from isopolity.contracts.event import Event
from isopolity.contracts.event_types import CANARY_SOUNDED
from isopolity.messaging.errors import RetryableError
from isopolity.persistence.database import is_unavailable
from isopolity.persistence.processor import TransactionalProcessor
from isopolity.persistence.unit_of_work import Storage
from tests.support.messaging.hooked_broker import HookedBroker
from tests.support.polling import until
from tests.support.servers.postgres_server import PostgresServer, postgres_server
from tests.support.shared.relays import empty, publish, relay_of, running
from tests.support.shared.storage import NOTES, NoteUnitOfWork, delivery, open_storage, rows

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as another user
        with postgres_server(Path(folder) / "server") as started:
            yield started


async def set_read_only(server: PostgresServer, setting: str) -> None:
    connection = await asyncpg.connect(server.url)
    await connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {setting}")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


async def handled(event: Event[Any], unit_of_work: NoteUnitOfWork) -> None:
    await unit_of_work.note(event.envelope.id)


async def test_events_wait_while_the_primary_is_demoted(server: PostgresServer, broker: HookedBroker) -> None:
    async with open_storage(server.url) as storage, running(relay_of(storage, broker)) as relay:
        process = TransactionalProcessor(lambda: NoteUnitOfWork(storage), {CANARY_SOUNDED: handled})
        await until(lambda: bool(broker.producers))
        await publish(storage, [1])
        await until(empty(storage.database))
        await set_read_only(server, "on")
        await until(lambda: asyncio.ensure_future(refuses_writes(storage)))
        for number in range(20):
            with pytest.raises(RetryableError):
                await process([delivery(storage, str(number), number)])
        await set_read_only(server, "off")
        await until(lambda: asyncio.ensure_future(takes(storage)))
        await process([delivery(storage, str(number), number) for number in range(20)])
        await until(empty(storage.database))
        assert not relay.done()
        assert await rows(storage.database, NOTES) == 20


async def refuses_writes(storage: Storage) -> bool:
    return not await takes(storage)


async def takes(storage: Storage) -> bool:
    try:
        await publish(storage, ["other"])
    except Exception as error:
        if not is_unavailable(error):
            raise
        return False
    return True

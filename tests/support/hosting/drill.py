"""A network to lose and to restore: the three services on databases and a broker of the test's choice.

Invariant: services run inside `running` only; commands, backups and restores are done while they are stopped.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from sqlalchemy import Table, select
from sqlalchemy.engine import make_url

from isopolity.contracts.catalogue import TOPICS
from isopolity.matching.bootstrap import open_matching
from isopolity.matching.settings import MatchingSettings
from isopolity.notify.bootstrap import open_notify
from isopolity.notify.settings import NotifySettings
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade
from isopolity.registry.bootstrap import open_registry
from isopolity.registry.settings import RegistrySettings
from isopolity.runtime.connections import open_broker
from isopolity.runtime.process import running
from isopolity.runtime.service import Service
from tests.support.hosting.drilled_network import KEY, Running
from tests.support.hosting.running_command import isopolity
from tests.support.keys import keys_of
from tests.support.notify.memory_mailer import FakeMailer
from tests.support.polling import until

SERVICES = ("registry", "matching", "notify")


@dataclass(slots=True, kw_only=True)
class Drill:
    """The network and its backups; `kafka` are bootstrap servers, `server` is PostgreSQL's; without them, all is
    embedded.
    """

    folder: Path
    kafka: str | None = None
    server: str | None = None
    mailer: FakeMailer = field(default_factory=FakeMailer)
    names: dict[str, str] = field(default_factory=dict)
    """The database of each service on the server."""
    generation: int = 0
    partitions: int = 6
    """The generation of the topics."""

    def url(self, service: str) -> str:
        if self.server is None:
            return f"sqlite+aiosqlite:///{self.folder / service}.db"
        return make_url(self.server).set(database=self.names[service]).render_as_string(hide_password=False)

    @property
    def environment(self) -> dict[str, str]:
        values = {"ISOPOLITY_BROKER": self.kafka or "embedded", "ISOPOLITY_DATA": str(self.folder)}
        values |= {f"ISOPOLITY_{name.upper()}": str(value) for name, value in self._topics.items()}
        if self.server is not None:
            values |= {f"ISOPOLITY_{name.upper()}_DATABASE_URL": self.url(name) for name in SERVICES}
        return values

    async def republish(self, *arguments: str) -> list[dict[str, Any]]:
        """`isopolity republish … --json`, as a process of its own."""
        done = await self._command(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return list(json.loads(done.stdout))

    async def refused(self, *arguments: str) -> str:
        """Run the command, which must end with exit code 1; returns its sentence."""
        done = await self._command(*arguments)
        assert done.returncode == 1, (done.stdout, done.stderr)
        return done.stderr

    async def _command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(lambda: isopolity("republish", *arguments, timeout=120, **self.environment))

    async def back_up(self) -> None:
        """Keep a copy of each database."""
        for service in SERVICES:
            await self._copy(self._name(service), self._name(service) + "_backup")

    async def restore(self, service: str) -> None:
        """Replace the database by a copy of its backup."""
        await self._copy(self._name(service) + "_backup", self._name(service))

    async def empty(self, service: str) -> None:
        """Replace the database by an empty one."""
        if self.server is None:
            (self.folder / f"{service}.db").unlink()
        else:
            await self._execute(f"DROP DATABASE {self.names[service]} WITH (FORCE)")
            await self._execute(f"CREATE DATABASE {self.names[service]}")
        await self.migrate(service)

    async def migrate(self, *services: str) -> None:
        for service in services or SERVICES:
            database = Database.open(self.url(service))
            await upgrade(database, f"isopolity.{service}")
            await database.close()

    async def lose_topics(self) -> None:
        """Delete all topics with their records, and create those of the next generation."""
        self.generation += 1
        if self.kafka is None:
            for file in self.folder.glob("broker.db*"):
                file.unlink()
        else:
            await _delete_topics(self.kafka)
        async with open_broker(self._settings(RegistrySettings)) as broker:
            await broker.ensure_topics(TOPICS)

    async def raise_partitions(self, partitions: int) -> str:
        """Run `python -m isopolity.runtime.raise_partitions` in a process; returns its output."""
        program = [sys.executable, "-m", "isopolity.runtime.raise_partitions", str(partitions)]
        environment = {**os.environ, **self.environment}
        done = await asyncio.to_thread(
            lambda: subprocess.run(program, env=environment, timeout=240, capture_output=True, text=True, check=False)
        )
        return done.stdout or done.stderr

    async def rows(self, service: str, table: Table, *columns: str) -> list[tuple[Any, ...]]:
        """These columns of all rows, in order."""
        database = Database.open(self.url(service))
        async with database.reading() as connection:
            found = await connection.execute(select(*(table.c[name] for name in columns)))
            rows = sorted((tuple(row) for row in found), key=repr)
        await database.close()
        return rows

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Running]:
        """Run the three services inside the block."""
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            settings = {kind: self._settings(kind) for kind in (RegistrySettings, MatchingSettings, NotifySettings)}
            broker = await enter(open_broker(settings[RegistrySettings]))
            registry = await enter(open_registry(settings[RegistrySettings], broker=broker))
            matching = await enter(open_matching(settings[MatchingSettings], broker=broker))
            inside = await enter(_client(registry))
            notify = await enter(
                open_notify(settings[NotifySettings], broker=broker, http_client=inside, mailer=self.mailer)
            )
            services = {service.name: service for service in (registry, matching, notify)}
            tasks = {f"{name} {task}": run for name, each in services.items() for task, run in each.tasks.items()}
            await enter(running(tasks))
            clients = {name: await enter(_client(service)) for name, service in services.items()}
            network = Running(rows=self.rows, mailer=self.mailer, services=services, clients=clients)
            await until(network.is_ready, within=240, what="the services are ready")
            yield network

    def _settings(self, kind: Any) -> Any:
        values: dict[str, Any] = {"data": self.folder, **keys_of(KEY), "public_url": "http://network"}
        values |= {"broker": self.kafka or "embedded", "sending_policy": "rounds-only"}
        values |= {"settle_seconds": 0.5, "watermark_seconds": 600, "canary_seconds": 600}
        values |= self._topics
        if self.server is not None:
            values |= {f"{name}_database_url": self.url(name) for name in SERVICES}
        return kind(**{name: value for name, value in values.items() if name in kind.model_fields})

    @property
    def _topics(self) -> dict[str, int]:
        return {"topic_generation": self.generation, "topic_partitions": self.partitions}

    def _name(self, service: str) -> str:
        return self.names[service] if self.server is not None else service

    async def _copy(self, source: str, target: str) -> None:
        if self.server is None:
            for file in self.folder.glob(f"{target}.db*"):
                file.unlink()
            shutil.copy(self.folder / f"{source}.db", self.folder / f"{target}.db")
        else:
            await self._execute(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)")
            await self._execute(f"CREATE DATABASE {target} TEMPLATE {source}")

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.server)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def create(self) -> None:
        """Create the databases on the server."""
        for name in self.names.values():
            await self._execute(f"CREATE DATABASE {name}")

    async def drop(self) -> None:
        """Drop the databases and their copies."""
        for name in self.names.values():
            for each in (name, f"{name}_backup"):
                await self._execute(f"DROP DATABASE IF EXISTS {each} WITH (FORCE)")


@asynccontextmanager
async def _client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(service.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://network") as client:
        yield client


async def _delete_topics(servers: str) -> None:
    from aiokafka.admin import AIOKafkaAdminClient

    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:

        async def present() -> list[str]:
            return [name for name in await admin.list_topics() if name.startswith("isopolity.")]

        if names := await present():
            await admin.delete_topics(names)

        async def is_gone() -> bool:
            return not await present()

        await until(is_gone, what="the topics are gone")
    finally:
        await admin.close()


def outcomes(report: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], int]:
    """How many findings of each topic (its last part) and outcome."""
    counted: dict[tuple[str, str], int] = {}
    for finding in report[0]["findings"]:
        name = (finding["topic"].rpartition(".")[2], finding["outcome"])
        counted[name] = counted.get(name, 0) + 1
    return counted

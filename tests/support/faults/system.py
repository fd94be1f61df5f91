"""The system under test: Kafka, PostgreSQL, Mailpit and the three services as child processes, two of the latter twice.

Invariant: it shares nothing with other tests, from topics to databases, so that it may be frozen, killed and counted.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import httpx

from isopolity.contracts.catalogue import TOPICS
from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.kafka.broker import KafkaBroker
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade
from tests.support.faults.boundaries import KillSwitch
from tests.support.faults.child import kafka_settings
from tests.support.faults.children import Child, keep_alive
from tests.support.faults.tested import KEY, SERVICES, WEIGHTS, Arrivals, decoded
from tests.support.faults.waiting import eventually
from tests.support.keys import environment_of
from tests.support.servers.kafka_cluster import KafkaCluster
from tests.support.servers.mailpit import Mailpit
from tests.support.servers.ports import free_port
from tests.support.servers.postgres_server import PostgresServer

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class System:
    """All running parts, and the access to them."""

    folder: Path
    kafka: KafkaCluster
    postgres: PostgresServer
    mailpit: Mailpit
    smtp_port: int
    children: list[Child] = field(default_factory=list)

    @property
    def broker(self) -> KafkaBroker:
        """Kafka for the test's own reading and writing."""
        return KafkaBroker(kafka_settings(self.kafka.bootstrap))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[MessageBroker]:
        yield self.broker

    @property
    def arrivals(self) -> Arrivals:
        return self.mailpit

    def urls(self, service: str) -> Sequence[str]:
        return [child.url for child in self.of(service)]

    def child(self, name: str) -> Child:
        """One instance, `registry`, `matching-1`, `matching-2`, `notify-1` or `notify-2`."""
        return next(child for child in self.children if child.name == name)

    def of(self, service: str) -> list[Child]:
        """All instances of a service."""
        return [child for child in self.children if child.service == service]

    def arm(self, boundary: str, *, at_pass: int = 1) -> None:
        """Kill the instance that passes the boundary at `at_pass`; the others of its service go on."""
        service = boundary.partition(":")[0]
        self.switch(service).arm(boundary, at_pass=at_pass)

    def switch(self, service: str) -> KillSwitch:
        """The kill switch that all instances of a service share."""
        return KillSwitch(self.folder / f"{service}-switch")

    def reached(self) -> set[str]:
        """The boundaries at which an instance has died."""
        return {boundary for service in SERVICES for boundary in self.switch(service).reached}

    def database(self, service: str) -> str:
        """The address of a service's database."""
        return self.postgres.url.removesuffix("postgres") + service

    async def rows(self, service: str, query: str) -> list[dict[str, Any]]:
        """The rows that `query` finds in a service's database, with decoded JSON."""

        async def fetched(connection: asyncpg.Connection) -> list[dict[str, Any]]:
            return [decoded(row) for row in await connection.fetch(query)]

        return await self._connected(service, fetched)

    async def execute(self, service: str, statement: str) -> None:
        """Run a statement in a service's database."""
        await self._connected(service, lambda connection: connection.execute(statement))

    async def _connected(self, service: str, work: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
        """Do the work; try again while the server is away."""
        done: list[T] = []

        async def worked() -> bool:
            try:
                connection = await asyncpg.connect(self.database(service))
                try:
                    done.append(await work(connection))
                finally:
                    connection.terminate()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
                return False  # the last: a connection that broke while it was made
            return True

        await eventually(worked, f"the database of {service} does not answer")
        return done[0]

    async def hurry_mails(self) -> None:
        await self.execute("notify", "UPDATE mails SET due_at = now() WHERE state IN ('deferred', 'queued')")
        await self.execute("notify", "UPDATE mail_servers SET try_at = now() WHERE away_since IS NOT NULL")

    async def graphs(self) -> Sequence[Mapping[str, str]]:
        async with httpx.AsyncClient(timeout=120) as client:
            answers = [await client.get(f"{url}/matching/test/graph") for url in self.urls("matching")]
        return [answer.raise_for_status().json() for answer in answers]

    async def ready(self) -> None:
        """Return once every instance is ready."""
        await asyncio.gather(*(child.ready() for child in self.children))

    @asynccontextmanager
    async def kept_alive(self) -> AsyncIterator[None]:
        """Start each process again that dies inside the block."""
        keeper = asyncio.create_task(keep_alive(self.children))
        try:
            yield
        finally:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper

    @asynccontextmanager
    async def setting(self, service: str, **settings: str) -> AsyncIterator[None]:
        """Run a service with other settings inside the block."""
        await self._restart(service, settings)
        try:
            yield
        finally:
            await self._restart(service, {})

    async def _restart(self, service: str, settings: Mapping[str, str]) -> None:
        for child in self.of(service):
            child.kill()
            child.settings = settings
            child.start()
        await self.ready()

    def environment(self) -> dict[str, str]:
        """The settings of all services."""
        return {
            "ISOPOLITY_BROKER": self.kafka.bootstrap,
            **environment_of(KEY),
            "ISOPOLITY_REGISTRY_URL": self.child("registry").url,
            "ISOPOLITY_PUBLIC_URL": self.child("notify-1").url,
            "ISOPOLITY_REGISTRY_DATABASE_URL": self.database("registry"),
            "ISOPOLITY_MATCHING_DATABASE_URL": self.database("matching"),
            "ISOPOLITY_NOTIFY_DATABASE_URL": self.database("notify"),
            "ISOPOLITY_WEIGHTS": str(WEIGHTS),
            "ISOPOLITY_SENDING_POLICY": "rounds-only",
            "ISOPOLITY_SETTLE_SECONDS": "1",
            "ISOPOLITY_CANARY_SECONDS": "5",
            "ISOPOLITY_SMTP_HOST": "127.0.0.1",
            "ISOPOLITY_SMTP_PORT": str(self.smtp_port),
            "ISOPOLITY_SMTP_TLS": "none",
            "ISOPOLITY_SMTP_TIMEOUT": "2",
            "ISOPOLITY_MAIL_LEASE_SECONDS": "6",
            "ISOPOLITY_MAIL_CONCURRENCY": "4",
        }


@contextmanager
def running_system(system: System, *, matching: int = 2, notify: int = 2) -> Iterator[System]:
    """Prepare topics and databases and start the services; they are stopped at the end."""
    instances = [("registry", "registry")]
    instances += [("matching", f"matching-{number}") for number in range(1, matching + 1)]
    instances += [("notify", f"notify-{number}") for number in range(1, notify + 1)]
    environment: dict[str, str] = {}
    for service, name in instances:
        system.children.append(
            Child(name=name, service=service, port=free_port(), environment=environment, folder=system.folder)
        )
    environment.update(system.environment())
    for service in SERVICES:  # in a kept folder of logs, an earlier run may have left switches armed
        shutil.rmtree(system.switch(service).folder, ignore_errors=True)
    asyncio.run(_prepare(system))
    try:
        for child in system.children:
            child.start()
        yield system
    finally:
        for child in system.children:
            child.kill()


async def _prepare(system: System) -> None:
    await system.broker.ensure_topics(TOPICS)
    server = await asyncpg.connect(system.postgres.url)
    for service in SERVICES:
        await server.execute(f"CREATE DATABASE {service}")
    await server.close()
    for service in SERVICES:
        database = Database.open(system.database(service))
        await upgrade(database, f"isopolity.{service}")
        await database.close()

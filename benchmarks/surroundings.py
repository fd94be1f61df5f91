"""The servers that the benchmarks run on: Kafka and PostgreSQL at the tests' addresses, or else in containers.

Invariant: a benchmark gets empty topics and a database of its own. It deletes the topics of Isopolity that the
cluster has, so the cluster must be a throw-away one.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from uuid import uuid4

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient
from sqlalchemy.engine import make_url

from benchmarks.measuring import PATIENCE, POLL
from isopolity.contracts.topic import Topic
from isopolity.messaging.kafka.broker import KafkaBroker
from isopolity.messaging.kafka.settings import KafkaSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Addresses, and how much is to be measured."""

    kafka: str
    postgres: str
    quick: bool

    def rounds(self, full: int = 5) -> int:
        return 1 if self.quick else full

    def size(self, full: int) -> int:
        return full // 10 if self.quick else full

    @property
    def broker(self) -> KafkaBroker:
        return KafkaBroker(KafkaSettings(bootstrap_servers=self.kafka))

    async def empty_topics(self, topics: Sequence[Topic]) -> None:
        """Delete these topics with all that they hold, and create them anew."""
        names = {topic.name for topic in topics}
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka)
        await admin.start()
        try:
            async with asyncio.timeout(PATIENCE):
                await admin.delete_topics(sorted(names & set(await admin.list_topics())))
                while names & set(await admin.list_topics()):  # noqa: ASYNC110  # Kafka has no event for it
                    await asyncio.sleep(POLL)
                await self.broker.ensure_topics(topics)
        finally:
            await admin.close()

    @asynccontextmanager
    async def database(self) -> AsyncIterator[str]:
        """The URL of a new database, dropped afterwards."""
        name = f"bench_{uuid4().hex[:12]}"
        await self._execute(f"CREATE DATABASE {name}")
        try:
            yield make_url(self.postgres).set(database=name).render_as_string(hide_password=False)
        finally:
            await self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.postgres)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@contextmanager
def surroundings(*, quick: bool) -> Iterator[Surroundings]:
    """The addresses in ISOPOLITY_TEST_KAFKA and ISOPOLITY_TEST_POSTGRES; containers for what is not set."""
    with ExitStack() as stack:
        kafka = os.environ.get("ISOPOLITY_TEST_KAFKA") or _kafka_container(stack)
        postgres = os.environ.get("ISOPOLITY_TEST_POSTGRES") or _postgres_container(stack)
        yield Surroundings(kafka=kafka, postgres=postgres, quick=quick)


def _kafka_container(stack: ExitStack) -> str:
    from testcontainers.community.kafka import KafkaContainer

    container = stack.enter_context(KafkaContainer("apache/kafka:4.3.1").with_kraft())
    return str(container.get_bootstrap_server())


def _postgres_container(stack: ExitStack) -> str:
    from testcontainers.community.postgres import PostgresContainer

    container = stack.enter_context(PostgresContainer("postgres:17", driver=None))
    return str(container.get_connection_url())

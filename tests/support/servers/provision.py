"""Real services for tests: the addresses in environment variables, else containers, else the test is skipped.

| variable | what it names |
|---|---|
| ISOPOLITY_TEST_KAFKA | host:port of a Kafka broker |
| ISOPOLITY_TEST_POSTGRES | postgresql://… of a server on which a test may create databases |
| ISOPOLITY_TEST_NODE | Node.js, with the packages of `tests/support/servers/oidc_provider` installed |
| ISOPOLITY_TEST_KAFKA_CONTROL, …_POSTGRES_CONTROL, …_MAILPIT, …_TOXIPROXY | programs, for tests of faults |
"""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from tests.support.servers.ports import free_port

if TYPE_CHECKING:  # Docker's client is slow to import and seldom needed
    from testcontainers.core.container import DockerContainer

ONE_DATABASE: Final = [
    pytest.param("postgres", marks=pytest.mark.postgres) if os.environ.get("ISOPOLITY_TEST_POSTGRES") else "sqlite"
]
"""The kind of database for tests that try very much on one: PostgreSQL where a server is named, else SQLite."""
ContainerT = TypeVar("ContainerT", bound="DockerContainer")


@cache
def _containers() -> bool:
    """Whether Docker's daemon answers; the command alone is not enough."""
    docker = shutil.which("docker")
    return docker is not None and subprocess.run([docker, "info"], capture_output=True, check=False).returncode == 0


def program(variable: str) -> str:
    """The program that the variable names; without it the test is skipped."""
    path = os.environ.get(variable)
    if not path:
        pytest.skip(f"{variable} does not name the program that this test needs")
    return path


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """The bootstrap servers of a Kafka broker."""
    given = os.environ.get("ISOPOLITY_TEST_KAFKA")
    if given:
        yield given
        return
    if not _containers():
        pytest.skip("needs Kafka: set ISOPOLITY_TEST_KAFKA=host:port, or start Docker")
    port = free_port()
    with _started(_kafka_container(port)):
        yield f"127.0.0.1:{port}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server on which databases may be created."""
    given = os.environ.get("ISOPOLITY_TEST_POSTGRES")
    if given:
        yield given
        return
    if not _containers():
        pytest.skip("needs PostgreSQL: set ISOPOLITY_TEST_POSTGRES=postgresql://…, or start Docker")
    from testcontainers.community.postgres import PostgresContainer

    with _started(PostgresContainer("postgres:17", driver=None)) as container:
        yield container.get_connection_url()


@pytest.fixture
async def postgres(postgres_server: str) -> AsyncIterator[str]:
    """The address of an empty database of its own."""
    async with empty_database(postgres_server) as url:
        yield url


@pytest.fixture
async def unmade_postgres(postgres_server: str) -> AsyncIterator[str]:
    """The address of a database of its own, which does not exist until `open_migrated` makes it with its tables.

    To make an empty one first and to drop it again would take more time than most tests need for all else.
    """
    async with unmade_database(postgres_server) as url:
        yield url


def _kafka_container(port: int) -> "DockerContainer":
    """Apache's own image, which testcontainers' KafkaContainer does not know; clients reach it at `port`."""
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy

    environment = {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENERS": "OUTSIDE://:9092,CONTROLLER://:9093,INSIDE://:9094",
        "KAFKA_ADVERTISED_LISTENERS": f"OUTSIDE://127.0.0.1:{port},INSIDE://localhost:9094",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT",
        "KAFKA_INTER_BROKER_LISTENER_NAME": "INSIDE",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    }
    container = DockerContainer("apache/kafka:4.3.1").with_envs(**environment).with_bind_ports(9092, port)
    return container.waiting_for(LogMessageWaitStrategy("Kafka Server started"))


@contextmanager
def _started(container: ContainerT) -> Iterator[ContainerT]:
    from docker.errors import DockerException  # type: ignore[import-untyped]  # docker has no types

    try:
        container.start()
    except DockerException as error:
        pytest.skip(f"Docker cannot start {container.image}: {str(error)[:80]}")
    try:
        yield container
    finally:
        container.stop()


@asynccontextmanager
async def empty_database(server: str) -> AsyncIterator[str]:
    """A database on `server` that is dropped afterwards, whoever is still connected."""
    async with unmade_database(server) as url:
        await _execute(server, f"CREATE DATABASE {make_url(url).database}")
        yield url


@asynccontextmanager
async def unmade_database(server: str) -> AsyncIterator[str]:
    """The address of a database on `server` that is not made yet, and is dropped afterwards if it was."""
    name = f"test_{uuid4().hex}"
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        await _execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def _execute(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()

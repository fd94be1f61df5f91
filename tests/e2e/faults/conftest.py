"""One Kafka, one PostgreSQL and one Mailpit for the fault tests of a file, and the services running on them.

What one file leaves behind, such as cities without a partner, must not take the partners of the next.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.faults.smtp_gate import SmtpGate, smtp_gate
from tests.support.faults.system import System, running_system
from tests.support.faults.traffic import Traffic
from tests.support.servers.kafka_cluster import KafkaCluster, kafka_cluster
from tests.support.servers.mailpit import Mailpit, running_mailpit
from tests.support.servers.postgres_server import PostgresServer, postgres_server


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's own user can reach."""
    with tempfile.TemporaryDirectory(prefix="isopolity-faults-") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


@pytest.fixture(scope="module")
def cluster(folder: Path) -> Iterator[KafkaCluster]:
    """A Kafka that takes a silent consumer for dead within seconds."""
    with kafka_cluster(folder / "kafka", settings="group.min.session.timeout.ms=1000") as kafka:
        yield kafka


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[PostgresServer]:
    with postgres_server(folder / "postgres") as postgres:
        yield postgres


@pytest.fixture(scope="module")
def mailpit() -> Iterator[Mailpit]:
    with running_mailpit() as running:
        yield running


@pytest.fixture(scope="module")
def gate(mailpit: Mailpit) -> Iterator[SmtpGate]:
    """All mails go through it."""
    with smtp_gate(mailpit.smtp_port) as running:
        yield running


@pytest.fixture(scope="module")
def system(
    folder: Path, cluster: KafkaCluster, server: PostgresServer, mailpit: Mailpit, gate: SmtpGate
) -> Iterator[System]:
    """All services, matching and notify twice."""
    logs = Path(os.environ.get("ISOPOLITY_TEST_LOGS", folder / "logs"))
    logs.mkdir(parents=True, exist_ok=True)
    wanted = System(folder=logs, kafka=cluster, postgres=server, mailpit=mailpit, smtp_port=gate.port)
    with running_system(wanted) as running:
        yield running


@pytest.fixture(scope="module")
def traffic(system: System) -> Traffic:
    """The people, who remember everything from test to test of a file."""
    return Traffic(system)

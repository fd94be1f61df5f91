"""A Kafka of the test's own, which it may freeze, kill and bring back."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.servers.ports import free_port
from tests.support.servers.prepared_kafka import CONTROLLER, lay_out, options
from tests.support.servers.provision import program


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaCluster:
    """One broker, driven by the control program."""

    control: str
    folder: Path
    port: int

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def freeze(self) -> None:
        """Stop the process; return once all its threads are stopped."""
        self.run("freeze", "1")
        tasks = Path("/proc", (self.folder / "1" / "pid").read_text().strip(), "task")
        deadline = time.monotonic() + 60
        while any(_state(task) != "T" for task in tasks.iterdir()):
            assert time.monotonic() < deadline, "the broker does not freeze"
            time.sleep(0.001)

    def thaw(self) -> None:
        self.run("thaw", "1")

    def kill(self) -> None:
        self.run("kill", "1")

    def resume(self) -> None:
        # The control program waits for a line in this log, which the run before has written too.
        (self.folder / "1" / "broker.log").unlink(missing_ok=True)
        self.run("resume", "1")

    def run(self, *arguments: str) -> None:
        environment = os.environ | options(self.control) | {"KAFKA_DIR": str(self.folder)}
        subprocess.run([self.control, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL, timeout=120)


def _state(task: Path) -> str:
    return (task / "stat").read_text().rpartition(")")[2].split()[0]


def kafka_port() -> int:
    """A port for a cluster."""
    return free_port(also=CONTROLLER)


@contextmanager
def kafka_cluster(folder: Path, *, port: int | None = None, settings: str = "") -> Iterator[KafkaCluster]:
    """A cluster with its state in `folder`, which it creates; skips the test without the control program.

    `settings` are more lines of the broker's properties, of which the last of a name holds.
    """
    control = program("ISOPOLITY_TEST_KAFKA_CONTROL")
    cluster = KafkaCluster(control=control, folder=folder, port=port or kafka_port())
    lay_out(control, folder, cluster.port, settings)
    try:
        cluster.run("resume", "1")
        yield cluster
    finally:
        cluster.run("stop")

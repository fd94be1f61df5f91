"""A Kafka of the test's own, which it may freeze, kill and bring back."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.servers.ports import free_port
from tests.support.servers.provision import program

_CONTROLLER = 101  # the control program puts the controller so far above the broker


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
        """Stop the process; return once all its threads stand still."""
        self.run("freeze", "1")
        tasks = Path("/proc", (self.folder / "1" / "pid").read_text().strip(), "task")
        deadline = time.monotonic() + 10
        while any(_state(task) != "T" for task in tasks.iterdir()):
            assert time.monotonic() < deadline, "the broker does not freeze"
            time.sleep(0.001)

    def thaw(self) -> None:
        self.run("thaw", "1")

    def kill(self) -> None:
        self.run("kill", "1")

    def resume(self) -> None:
        # The control program waits for a line in this log, which the life before has written too.
        (self.folder / "1" / "broker.log").unlink(missing_ok=True)
        self.run("resume", "1")

    def advertise(self, port: int) -> None:
        """Tell clients to come by another port, where a proxy listens."""
        self.configure(f"advertised.listeners=PLAINTEXT://127.0.0.1:{port}")

    def configure(self, setting: str) -> None:
        """Restart with one more `name=value` in the broker's properties."""
        self.kill()
        with (self.folder / "1" / "server.properties").open("a") as properties:
            properties.write(f"{setting}\n")
        self.resume()

    def run(self, *arguments: str) -> None:
        environment = os.environ | {"KAFKA_DIR": str(self.folder)}
        subprocess.run([self.control, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL, timeout=120)


def _state(task: Path) -> str:
    return (task / "stat").read_text().rpartition(")")[2].split()[0]


@contextmanager
def kafka_cluster(folder: Path) -> Iterator[KafkaCluster]:
    """A cluster with its state in `folder`, which the control program creates; skips the test without the program."""
    control = program("ISOPOLITY_TEST_KAFKA_CONTROL")
    cluster = KafkaCluster(control=control, folder=folder, port=free_port(also=_CONTROLLER))
    cluster.run("start", "--port", str(cluster.port))
    try:
        yield cluster
    finally:
        cluster.run("stop")

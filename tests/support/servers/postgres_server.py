"""A PostgreSQL of the test's own, which it may kill and bring back."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.servers.ports import free_port
from tests.support.servers.provision import program


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """A server, driven by the control program."""

    control: str
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def kill(self) -> None:
        """Stop the server as a power cut would."""
        self.run("kill")

    def resume(self) -> None:
        self.run("resume")

    def run(self, *arguments: str) -> None:
        environment = os.environ | {"POSTGRES_DIR": str(self.folder)}
        subprocess.run([self.control, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL, timeout=120)


@contextmanager
def postgres_server(folder: Path) -> Iterator[PostgresServer]:
    """A server with its state in `folder`, which another user must be able to reach; skips without the program."""
    control = program("ISOPOLITY_TEST_POSTGRES_CONTROL")
    server = PostgresServer(control=control, folder=folder, port=free_port())
    server.run("start", "--port", str(server.port))
    try:
        yield server
    finally:
        server.run("stop")

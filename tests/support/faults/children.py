"""The services as child processes that are started again when they die, as a container's restart policy would.

They are forked from a server that has imported everything, so that a restart takes a fraction of a second.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx

from tests.support.faults.waiting import eventually
from tests.support.forking.server import FORKING


@dataclass(slots=True, kw_only=True)
class Child:
    """One instance of a service, at the same port after each restart."""

    name: str
    service: str
    port: int
    environment: Mapping[str, str]
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    """Variables of this instance that differ from `environment`."""
    process: BaseProcess | None = None
    deaths: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.is_alive()

    @property
    def pid(self) -> int:
        """The id of its process."""
        assert self.process is not None
        assert self.process.pid is not None
        return self.process.pid

    def start(self) -> None:
        """Start it; it is not ready yet."""
        self.process = self._forked(_serve)

    def publish_again(self, *, restored: bool) -> int:
        """Publish all state of its service again, until that succeeds; returns how often the process died."""
        for deaths in count():
            process = self._forked(_publish_again, restored)
            process.join()
            assert process.exitcode in (0, -signal.SIGKILL), f"it was not published again; see {self.log}"
            if process.exitcode == 0:
                return deaths
        raise AssertionError  # count() has no end

    def _forked(self, work: Callable[..., None], *arguments: bool) -> BaseProcess:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ISOPOLITY_")}
        own = {
            "ISOPOLITY_PORT": str(self.port),
            "ISOPOLITY_TEST_SWITCH": str(self.folder / f"{self.service}-switch"),
        }
        environment = {**clean, **self.environment, **self.settings, **own}
        process = FORKING.Process(
            target=work, args=(self.service, environment, str(self.log), *arguments), name=self.name
        )
        process.start()
        return process

    def kill(self) -> None:
        """Kill the process with SIGKILL."""
        if self.process is not None:
            self.process.kill()
            self.process.join()

    def stop(self) -> int | None:
        """Ask it to end; returns its exit code."""
        assert self.process is not None
        self.process.terminate()
        self.process.join(timeout=120)
        code = self.process.exitcode
        self.kill()
        return code

    async def ready(self) -> None:
        """Return once it reports that it is ready."""
        async with httpx.AsyncClient(timeout=5) as client:

            async def is_ready() -> bool:
                try:
                    return (await client.get(f"{self.url}/{self.service}/health/ready")).status_code == 200
                except httpx.TransportError:
                    return False

            await eventually(is_ready, f"{self.name} is not ready; see {self.log}")


async def keep_alive(children: list[Child]) -> None:
    """Start each child that died again, until cancelled."""
    while True:
        for child in children:
            if not child.alive:
                child.deaths += 1
                child.start()
        await asyncio.sleep(0.05)


def _serve(service: str, environment: dict[str, str], log: str) -> None:
    from tests.support.faults.child import serve

    settle_in(environment, log)
    serve(service)


def _publish_again(service: str, environment: dict[str, str], log: str, restored: bool) -> None:
    from tests.support.faults.child import publish_again

    settle_in(environment, log)
    publish_again(service, restored=restored)


def settle_in(environment: dict[str, str], log: str) -> None:
    """Take over this environment, and write to the log from now on."""
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.clear()
    os.environ.update(environment)

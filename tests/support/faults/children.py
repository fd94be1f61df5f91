"""The services as child processes that are started again when they die, as a container's restart policy would."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support.faults.waiting import eventually

ROOT = Path(__file__).parents[3]


@dataclass(slots=True, kw_only=True)
class Child:
    """One instance of a service, at one port whatever happens to it."""

    name: str
    service: str
    port: int
    environment: Mapping[str, str]
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    def start(self) -> None:
        """Start it; it is not ready yet."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ISOPOLITY_")}
        own = {"ISOPOLITY_PORT": str(self.port), "ISOPOLITY_TEST_SWITCH": str(self.folder / f"{self.service}.armed")}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.faults.child", self.service],
                env={**clean, **self.environment, **own},
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=40)
        finally:
            self.kill()

    async def ready(self, within: float = 60) -> None:
        """Return once it says that events flow."""
        async with httpx.AsyncClient(timeout=5) as client:

            async def is_ready() -> bool:
                assert self.process is not None
                assert self.process.poll() is None, f"{self.name} has ended; see {self.log}"
                try:
                    return (await client.get(f"{self.url}/{self.service}/health/ready")).status_code == 200
                except httpx.TransportError:
                    return False

            await eventually(is_ready, f"{self.name} is not ready; see {self.log}", within=within)


async def keep_alive(children: list[Child]) -> None:
    """Start again whoever died, until cancelled."""
    while True:
        for child in children:
            if child.process is not None and child.process.poll() is not None:
                child.deaths += 1
                child.start()
        await asyncio.sleep(0.05)

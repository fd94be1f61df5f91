"""The services as processes of their own, on Kafka and PostgreSQL, as `docker compose` runs them.

Invariant: each has a new database, all have empty topics, and none outlives its block.
"""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

import httpx

from benchmarks.measuring import PATIENCE, until
from benchmarks.surroundings import Surroundings
from isopolity.client import operations, registry
from isopolity.client.call import Call
from isopolity.client.operations.models import StatusReport
from isopolity.contracts.catalogue import TOPICS
from isopolity.contracts.event_types import SERVICES
from isopolity.machine.clock import system_clock
from isopolity.web.network_tokens import LocalTokens
from tests.support.keys import environment_of

KEY: Final = "benchmarks-only-" * 2
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Services:
    """The running services: addresses, databases, process ids, a client that may do everything, and how each starts."""

    urls: Mapping[str, str]
    databases: Mapping[str, str]
    pids: Mapping[str, int]
    client: httpx.AsyncClient
    programs: Mapping[str, tuple[Sequence[str], Mapping[str, str]]]
    """The command and the environment of each, by name."""

    def address(self, call: Call[object]) -> str:
        """Where a call goes, without its query."""
        return f"{self.urls[call.service]}{call.path}"

    async def ask(
        self,
        call: Call[object],
        *,
        headers: Mapping[str, str] | None = None,
        client: httpx.AsyncClient | None = None,
        seconds: float = PATIENCE,
    ) -> httpx.Response:
        """The answer, whatever its status; with more `headers`, or by another client, where these are given."""
        return await (client or self.client).request(
            call.method,
            self.address(call),
            params=call.parameters,
            content=call.content,
            headers={"content-type": call.media_type, **call.headers, **(headers or {})},
            timeout=seconds,
        )

    async def send(self, call: Call[Answer]) -> Answer:
        """The answer, which is no error."""
        return call.read((await self.ask(call)).raise_for_status().content)

    async def status(self, service: str) -> StatusReport:
        """The status of a service."""
        return await self.send(operations.status.read(service))

    async def import_cities(self, file: bytes) -> None:
        """Import and endorse the cities of a CSV file."""
        (await self.imported(registry.imports.create(kind="cities", endorse=True), file)).raise_for_status()

    async def imported(self, call: Call[object], file: bytes) -> httpx.Response:
        """The answer to a CSV file."""
        headers = {"content-type": "text/csv"}
        return await self.client.post(self.address(call), params=call.parameters, content=file, headers=headers)


@asynccontextmanager
async def running_services(
    here: Surroundings,
    names: Sequence[str] = SERVICES,
    settings: Mapping[str, str] | None = None,
    commands: Mapping[str, Sequence[str]] | None = None,
) -> AsyncIterator[Services]:
    """The services, ready; of a service in `commands`, what stands there is run instead of `serve`."""
    await here.empty_topics(TOPICS)
    ports = {name: free_port() for name in {*SERVICES, *names}}
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    async with AsyncExitStack() as stack:
        pids: dict[str, int] = {}
        programs: dict[str, tuple[Sequence[str], Mapping[str, str]]] = {}
        databases = {name: await stack.enter_async_context(here.database()) for name in names}
        for name in names:
            environment = {
                "ISOPOLITY_BROKER": here.kafka,
                **environment_of(KEY),
                "ISOPOLITY_LOG_LEVEL": "error",
                "ISOPOLITY_PORT": str(ports[name]),
                "ISOPOLITY_REGISTRY_URL": urls["registry"],
                **({f"ISOPOLITY_{other.upper()}_URL": urls[other] for other in SERVICES} if name == "portal" else {}),
                f"ISOPOLITY_{name.upper()}_DATABASE_URL": databases[name],
                **(settings or {}),
            }
            await finished(f"isopolity.{name}", "migrate", environment=environment)
            command = (commands or {}).get(name, (f"isopolity.{name}", "serve"))
            programs[name] = command, environment
            pids[name] = await stack.enter_async_context(program(*command, environment=environment))
        token = LocalTokens([KEY], system_clock).issue("bench", ["staff", "operator"], lifetime=timedelta(hours=1))
        headers = {"authorization": f"Bearer {token}"}
        client = await stack.enter_async_context(httpx.AsyncClient(headers=headers, timeout=PATIENCE))
        for name in names:
            await answering(client, f"{urls[name]}/{name}/health/ready")
        yield Services(urls, databases, pids, client, programs)


@asynccontextmanager
async def program(*arguments: str, environment: Mapping[str, str]) -> AsyncIterator[int]:
    """`python -m` with these arguments while the block lasts; gives its process id."""
    process = await _started(arguments, environment)
    try:
        yield process.pid
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def finished(*arguments: str, environment: Mapping[str, str]) -> None:
    """Run `python -m` with these arguments to its end."""
    code = await (await _started(arguments, environment)).wait()
    if code:
        raise SystemExit(f"{' '.join(arguments)} ended with exit code {code}; see above")


async def _started(arguments: Sequence[str], environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-m", *arguments, env={**os.environ, **environment})


async def answering(client: httpx.AsyncClient, address: str) -> None:
    """Return once the address answers well."""

    async def well() -> bool:
        try:
            return (await client.get(address)).is_success
        except httpx.TransportError:
            return False

    await until(well)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])

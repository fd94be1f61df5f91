"""POST of a city over HTTP into PostgreSQL: registry beside the plainest application that keeps the same.

Each is a uvicorn process with a database of its own; one client asks them in turns, one request at a time.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from statistics import median
from time import perf_counter
from typing import Any

import httpx

from benchmarks.report import Row, Target
from benchmarks.sample import application, applied
from benchmarks.services.processes import answering, free_port, program, running_services
from benchmarks.surroundings import Surroundings
from isopolity.client import registry
from isopolity.contracts.registry import CityState
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade

WARM_UP = 50


async def measure(here: Surroundings) -> Sequence[Row]:
    """Registry's relay publishes meanwhile, as it does in life."""
    count = here.size(600)
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(running_services(here, ["registry"]))
        client = services.client  # with staff's token, since a stranger's city is an application
        plain = await stack.enter_async_context(plain_application(here, client))
        addresses = {"ours": services.address(registry.cities.create(applied(0))), "plain": plain}
        await require_equal(client, addresses)
        seconds: dict[str, list[float]] = {name: [] for name in addresses}
        for number in range(count + WARM_UP):
            for name, address in addresses.items():
                started = perf_counter()
                await post(client, address, number + 1)
                seconds[name].append(perf_counter() - started)
    ours, peer = (seconds[name][WARM_UP:] for name in ("ours", "plain"))
    return [
        Row(
            what="POST of a city into PostgreSQL",
            size=f"{count:,} requests, one at a time",
            unit="ms (median)",
            ours=median(ours) * 1000,
            peer_name="FastAPI, SQLAlchemy ORM, outbox row",
            peer=median(peer) * 1000,
            ratio=median(ours) / median(peer),
            note="the time",
            target=Target(of="ratio", sense="≤", value=1.3),
            samples={"ours": ours, "plain": peer},
        )
    ]


@asynccontextmanager
async def plain_application(here: Surroundings, client: httpx.AsyncClient) -> AsyncIterator[str]:
    """The peer's address to post to."""
    async with here.database() as url:
        database = Database.open(url)
        await upgrade(database, "isopolity.registry")
        await database.close()
        port = str(free_port())
        options = ("--port", port, "--no-access-log", "--log-level", "error")
        environment = {"PLAIN_DATABASE_URL": url.replace("postgresql://", "postgresql+asyncpg://")}
        async with program("uvicorn", "benchmarks.registry.plain_app:app", *options, environment=environment):
            await answering(client, f"http://127.0.0.1:{port}/openapi.json")
            yield f"http://127.0.0.1:{port}/cities"


async def post(client: httpx.AsyncClient, address: str, number: int) -> dict[str, Any]:
    """Post a city that is new."""
    reply = await client.post(address, json=application(number))
    return dict(reply.raise_for_status().json())


async def require_equal(client: httpx.AsyncClient, addresses: dict[str, str]) -> None:
    """Both answer the same but for the id, and refuse the same."""
    answers = [await post(client, address, 0) for address in addresses.values()]
    same = [CityState.model_validate(answer | {"city_id": "any"}) for answer in answers]
    refused = [(await client.post(address, json={"kind": "hamlet"})).status_code for address in addresses.values()]
    if same[0] != same[1] or refused != [422, 422]:
        raise SystemExit("registry and the plain application answer differently: the comparison would mean nothing")

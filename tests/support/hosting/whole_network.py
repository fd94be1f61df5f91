"""All three services behind one port on a broker of the test's choice, served in its event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from isopolity.command.hosting.network import PathRouter
from isopolity.contracts.catalogue import TOPICS
from isopolity.matching.bootstrap import open_matching
from isopolity.matching.settings import MatchingSettings
from isopolity.messaging.broker import MessageBroker
from isopolity.notify.bootstrap import open_notify
from isopolity.notify.settings import NotifySettings
from isopolity.registry.bootstrap import open_registry
from isopolity.registry.settings import RegistrySettings
from isopolity.runtime.process import running, serve
from tests.support.keys import keys_of
from tests.support.polling import until
from tests.support.servers.ports import free_port

KEY = "a-key-for-tests-that-is-long-enough-to-sign"


@asynccontextmanager
async def whole_network(broker: MessageBroker, data: Path) -> AsyncIterator[str]:
    """Serve it, with SQLite databases and the mail box in `data`; gives its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    shared: dict[str, Any] = {"data": data, "public_url": url, "registry_url": url, **keys_of(KEY)}
    await broker.ensure_topics(TOPICS)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        registry = await enter(open_registry(RegistrySettings(**shared), broker=broker))
        matching = await enter(open_matching(MatchingSettings(**shared, undo_hours=0), broker=broker))
        inside = httpx.AsyncClient(transport=httpx.ASGITransport(registry.app), base_url=url)
        settings = NotifySettings(**shared, mail_concurrency=32)
        notify = await enter(open_notify(settings, broker=broker, http_client=await enter(inside)))
        services = {service.name: service for service in (registry, matching, notify)}
        tasks = {f"{name} {task}": run for name, each in services.items() for task, run in each.tasks.items()}
        app = PathRouter({name: each.app for name, each in services.items()}, registry.app)
        await enter(running(tasks))
        stop = asyncio.Event()
        serving = asyncio.create_task(serve(app, host="127.0.0.1", port=port, stop=stop))
        async with httpx.AsyncClient() as client:
            await until(lambda: _answers(client, url), what="the services answer")
        try:
            yield url
        finally:
            stop.set()
            await serving


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(f"{url}/matching/health/live")).is_success
    except httpx.TransportError:
        return False

"""registry and notify running together, each with its pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from isopolity.contracts.catalogue import TOPICS
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.notify.bootstrap import open_notify
from isopolity.notify.settings import NotifySettings
from isopolity.registry.bootstrap import open_registry
from isopolity.registry.settings import RegistrySettings
from isopolity.runtime.process import running
from tests.support.keys import keys_of
from tests.support.notify.memory_mailer import FakeMailer
from tests.support.registry.service import KEY
from tests.support.shared.migrated import filled_with_tables

INSIDE = ("198.51.100.7", 1)
"""The client address of notify's calls to registry."""


@dataclass(slots=True, kw_only=True)
class Both:
    """The two running services."""

    registry: httpx.AsyncClient
    pages: httpx.AsyncClient
    mailer: FakeMailer


@asynccontextmanager
async def both_services(folder: Path) -> AsyncIterator[Both]:
    """registry and notify on one broker, with their tasks running."""
    registry_settings = RegistrySettings(data=folder, **keys_of(KEY), public_url="http://registry")
    notify_settings = NotifySettings(
        data=folder, **keys_of(KEY), public_url="http://notify", registry_url="http://registry"
    )
    mailer = FakeMailer()
    await filled_with_tables(registry_settings.database_url, "isopolity.registry")
    await filled_with_tables(notify_settings.database_url, "isopolity.notify")
    async with EmbeddedBroker.opened(folder / "broker.db") as broker:
        await broker.ensure_topics(TOPICS)
        async with (
            open_registry(registry_settings, broker=broker) as registry,
            httpx.AsyncClient(transport=httpx.ASGITransport(registry.app, client=INSIDE)) as inside,
            open_notify(notify_settings, broker=broker, mailer=mailer, http_client=inside) as notify,
            running(registry.tasks),
            running(notify.tasks),
            httpx.AsyncClient(transport=httpx.ASGITransport(registry.app), base_url="http://registry") as client,
            httpx.AsyncClient(transport=httpx.ASGITransport(notify.app), base_url="http://notify") as pages,
        ):
            yield Both(registry=client, pages=pages, mailer=mailer)

"""An applicant's address is confirmed by a mailed link: registry and notify together, and the pages of both."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from isopolity.contracts.catalogue import TOPICS
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.notify.bootstrap import open_notify
from isopolity.notify.settings import NotifySettings
from isopolity.registry.bootstrap import open_registry
from isopolity.registry.settings import RegistrySettings
from isopolity.runtime.process import running
from isopolity.web.rate_limits import WRITES
from tests.support.notify.memory_mailer import FakeMailer
from tests.support.polling import until
from tests.support.registry.applications import APPLICATIONS, CITIES
from tests.support.registry.service import CITY, CONTACT, KEY, staff

LINK = re.compile(r"http://notify(/notify/confirm/\S+)")
INSIDE = ("198.51.100.7", 1)
"""Where notify calls registry from."""


@dataclass(slots=True, kw_only=True)
class Both:
    """The two services at work."""

    registry: httpx.AsyncClient
    pages: httpx.AsyncClient
    mailer: FakeMailer

    async def statuses(self) -> list[str]:
        answer = await self.registry.get(APPLICATIONS, params={"status": "any"}, headers=staff())
        return [item["status"] for item in answer.json()["items"]]

    async def link(self) -> str:
        """The path of the link in the one mail."""

        async def is_mailed() -> bool:
            return self.mailer.recipients() == [CONTACT["email"]]

        await until(is_mailed, within=30, what="the mail to the applicant")
        found = LINK.search(self.mailer.text_to(CONTACT["email"]))
        assert found is not None
        return found[1]


@asynccontextmanager
async def _both(folder: Path) -> AsyncIterator[Both]:
    registry_settings = RegistrySettings(data=folder, token_keys=KEY, public_url="http://registry")
    notify_settings = NotifySettings(
        data=folder, token_keys=KEY, public_url="http://notify", registry_url="http://registry"
    )
    mailer = FakeMailer()
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


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    async with _both(tmp_path) as services:
        assert (await services.registry.post(CITIES, json=CITY | {"contact": CONTACT})).status_code == 202
        yield services


async def test_only_who_presses_the_button_of_the_mailed_link_confirms(both: Both) -> None:
    link = await both.link()
    for _ in range(2):  # a scanner follows links, and does no harm
        assert (await both.pages.get(link)).status_code == 200
    assert await both.statuses() == ["unconfirmed"]
    assert (await both.pages.post(link)).status_code == 200
    assert await both.statuses() == ["confirmed"]
    assert (await both.pages.post(link)).status_code == 410
    assert len(both.mailer.delivered) == 1


async def test_what_many_people_press_is_not_counted_as_one_stranger(both: Both) -> None:
    link = await both.link()
    for number in range(int(WRITES.burst) + 1):
        assert (await both.pages.post(f"/notify/confirm/wrong-{number}")).status_code == 410
    assert (await both.pages.post(link)).status_code == 200
    assert await both.statuses() == ["confirmed"]

"""A proposal's mails are shown before anything is sent, to staff alone, and their links lead nowhere."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from isopolity.contracts.catalogue import TOPICS
from isopolity.machine.clock import system_clock
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.notify.bootstrap import open_notify
from isopolity.notify.settings import NotifySettings
from isopolity.runtime.process import running
from isopolity.web.network_tokens import LocalTokens
from tests.support.keys import keys_of
from tests.support.notify.events import named, proposal_state
from tests.support.notify.known_contacts import registry_that_knows
from tests.support.polling import until
from tests.support.shared.migrated import filled_with_tables

KEY = "k" * 32


@asynccontextmanager
async def _broker(folder: Path) -> AsyncIterator[EmbeddedBroker]:
    async with EmbeddedBroker.opened(folder / "broker.db") as broker:
        await broker.ensure_topics(TOPICS)
        yield broker


@asynccontextmanager
async def service(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = NotifySettings(data=folder, **keys_of(KEY), public_url="http://notify.example")
    await filled_with_tables(settings.database_url, "isopolity.notify")
    registry = httpx.AsyncClient(transport=registry_that_knows(named))
    async with (
        registry,
        _broker(folder) as broker,
        open_notify(settings, broker=broker, http_client=registry) as opened,
        httpx.AsyncClient(transport=httpx.ASGITransport(opened.app), base_url="http://notify.example") as client,
        running(opened.tasks),
    ):

        async def is_ready() -> bool:
            return (await client.get("/notify/health/ready")).status_code == 200

        await until(is_ready)
        yield client


async def ask(client: httpx.AsyncClient, scope: str, **changes: Any) -> httpx.Response:
    body = proposal_state().model_dump(mode="json") | changes
    token = LocalTokens([KEY], system_clock).issue("somebody", [scope], lifetime=timedelta(minutes=5))
    return await client.post("/notify/v1/previews", json=body, headers={"Authorization": f"Bearer {token}"})


async def test_staff_reads_both_mails_and_nothing_is_kept(tmp_path: Path) -> None:
    async with service(tmp_path) as client:
        mails = (await ask(client, "staff")).json()
        assert [mail["side"] for mail in mails] == ["a", "b"]
        first, second = proposal_state().sides
        for mail, own, other in zip(mails, (first, second), (second, first), strict=True):
            assert own.reasons[0].text[:20] in mail["text"]
            assert other.name in mail["text"]
            assert mail["subject"]
        link = re.search(r"http://notify\.example(/\S+)", mails[0]["text"])
        assert link is not None
        assert (await client.get(link[1])).status_code in (404, 410)
        token = LocalTokens([KEY], system_clock).issue("somebody", ["staff"], lifetime=timedelta(minutes=5))
        ledger = await client.get("/notify/v1/mails", headers={"Authorization": f"Bearer {token}"})
        assert ledger.json()["items"] == []


async def test_others_read_no_mail_and_bad_sides_are_told_in_a_sentence(tmp_path: Path) -> None:
    async with service(tmp_path) as client:
        assert (await ask(client, "member")).status_code == 403
        sides = proposal_state().model_dump(mode="json")["sides"]
        wrong = await ask(client, "staff", sides=[{**sides[0], "side": "x"}, sides[1]])
        assert wrong.status_code == 422
        assert "called a and b" in wrong.json()["detail"]

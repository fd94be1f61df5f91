"""A small service on the shared foundation: notes over HTTP, and a consumer that notes every canary it hears."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from pydantic import JsonValue

from isopolity.configuration.settings import Settings
from isopolity.contracts.catalogue import MATCHING_CANARY, REGISTRY_CANARY, TOPICS
from isopolity.contracts.event import Event
from isopolity.contracts.event_types import CANARY_RELAYED, CANARY_SOUNDED
from isopolity.identity.lineage import Tracing
from isopolity.messaging.broker import MessageBroker
from isopolity.runtime.process import main
from isopolity.runtime.service import Service, open_foundation
from isopolity.web.network_tokens import LocalTokens
from isopolity.web.routing import ServiceRouter
from tests.support.shared.storage import METADATA, NOTES, TABLES, NoteUnitOfWork, canary, rows

KEY = "k" * 32
TOKENS = LocalTokens([KEY], lambda: datetime.now(UTC))
GROUP = "isopolity.matching"


def bearer(*scopes: str) -> dict[str, str]:
    """The header of a token with these scopes."""
    return {"Authorization": "Bearer " + TOKENS.issue("anna", scopes, lifetime=timedelta(hours=1))}


class NoteSettings(Settings):
    """Settings of the small service."""

    @property
    def database_url(self) -> str:
        return f"sqlite+aiosqlite:///{self.data / 'notes.db'}"


@asynccontextmanager
async def open_notes(
    settings: NoteSettings,
    *,
    database_url: str | None = None,
    broker: MessageBroker | None = None,
    tracing: Tracing | None = None,
    group: str = GROUP,
    dies: bool = False,
) -> AsyncIterator[Service]:
    """The service `matching` in small: POST /matching/v1/notes sounds a canary, whose name the consumer notes."""
    async with AsyncExitStack() as stack:
        stack.enter_context(patch("isopolity.runtime.service.upgrade"))  # it has tables, but no migrations
        stack.enter_context(patch("isopolity.runtime.service.is_current", return_value=True))
        url = database_url or settings.database_url
        foundation = await stack.enter_async_context(
            open_foundation(settings, "matching", TABLES, url, broker=broker, tracing=tracing)
        )
        async with foundation.database.engine.begin() as connection:
            await connection.run_sync(METADATA.create_all)
        await foundation.broker.ensure_topics(TOPICS)

        def unit_of_work() -> NoteUnitOfWork:
            return NoteUnitOfWork(foundation.storage)

        router = ServiceRouter(prefix="/matching/v1")

        @router.post("/notes/{name}")
        async def note(name: str) -> str:
            async with unit_of_work() as opened:
                opened.outbox.publish(CANARY_SOUNDED, canary(name))
                await opened.commit()
            return name

        async def heard(event: Event[Any], opened: NoteUnitOfWork) -> None:
            if event.data.canary_id == "canary-bug":
                raise ZeroDivisionError
            if await opened.has_note(event.data.canary_id):
                return
            await opened.note(event.data.canary_id)
            opened.outbox.publish(CANARY_RELAYED, event.data)

        async def relayed(event: Event[Any], opened: NoteUnitOfWork) -> None:
            name = f"relayed {event.data.canary_id}"
            if not await opened.has_note(name):
                await opened.note(name)

        async def die() -> None:
            raise ZeroDivisionError

        async def counts() -> dict[str, JsonValue]:
            return {"notes": await rows(foundation.database, NOTES)}

        topics = [REGISTRY_CANARY.name, MATCHING_CANARY.name]
        yield foundation.service(
            tokens=TOKENS,
            title="Notes",
            description="For tests",
            routers=[router],
            consumers=[
                foundation.consumer(group, topics, unit_of_work, {CANARY_SOUNDED: heard, CANARY_RELAYED: relayed})
            ],
            tasks={"dying": die} if dies else {},
            counts=counts,
        )


if __name__ == "__main__":
    dying = "NOTES_DIE" in os.environ
    sys.exit(main("__main__", NoteSettings, lambda settings: open_notes(settings, dies=dying)))

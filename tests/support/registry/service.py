"""registry for tests: profiles, tokens, and the service on a database of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import select

from isopolity.contracts.catalogue import TOPICS
from isopolity.contracts.cloudevents import decode
from isopolity.contracts.event import Data, Event
from isopolity.identity.network_keys import NOTIFY
from isopolity.machine.clock import uuid7
from isopolity.messaging.broker import load_headers
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade
from isopolity.registry.adapters.sql import tables
from isopolity.registry.bootstrap import open_registry
from isopolity.registry.domain.city import CityProfile, Interest
from isopolity.registry.domain.contact import Person
from isopolity.registry.domain.partner import PartnerProfile, Programme
from isopolity.registry.domain.request import RequestDetails
from isopolity.registry.settings import RegistrySettings
from isopolity.web.network_tokens import LocalTokens
from tests.support.keys import keys_of
from tests.support.shared.migrated import filled_with_tables, open_migrated

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = "a-key-that-only-the-tests-know-0123456789"
SETTINGS = RegistrySettings(**keys_of(KEY))
MERGE_PATCH = "application/merge-patch+json"


def city_profile(**changes: Any) -> CityProfile:
    """A city's profile."""
    values: dict[str, Any] = {
        "kind": "city",
        "name": "São Leopoldo",
        "country": "BR",
        "geonames_id": 3448744,
        "population": 217409,
        "languages": ("pt",),
        "needs": (Interest(subject="cluster.literacy", intensity=4, mode="webinar"),),
        "offers": (Interest(subject="sdg.13", intensity=3, mode="study-visit", valid_until=date(2027, 12, 31)),),
    }
    return CityProfile(**(values | changes))


def programme(**changes: Any) -> Programme:
    """A programme; without an id, as it comes in."""
    values: dict[str, Any] = {
        "programme_id": "",
        "name": "Cities that read",
        "budget": 500_000,
        "currency": "EUR",
        "grant_min": 10_000,
        "grant_max": 50_000,
        "subjects": ("cluster.literacy",),
    }
    return Programme(**(values | changes))


def partner_profile(**changes: Any) -> PartnerProfile:
    """A partner's profile."""
    values: dict[str, Any] = {
        "kind": "foundation",
        "name": "Example Foundation",
        "home_country": "NL",
        "registration_id": "NL-KVK-00000000",
        "programmes": (programme(),),
    }
    return PartnerProfile(**(values | changes))


def request_details(**changes: Any) -> RequestDetails:
    """A request of a city."""
    values: dict[str, Any] = {"title": "Books", "amount_min": 100, "amount_max": 200, "currency": "EUR"}
    return RequestDetails(**(values | changes))


def person(**changes: Any) -> Person:
    """A contact of a member."""
    values: dict[str, Any] = {"role": "coordinator", "name": "Ana Prado", "email": "ana@city.example"}
    return Person(**(values | changes))


CITY: dict[str, Any] = {
    "kind": "city",
    "name": "São Leopoldo",
    "country": "BR",
    "geonames_id": 3448744,
    "needs": [{"subject": "cluster.literacy", "intensity": 4, "mode": "webinar"}],
    "offers": [{"subject": "sdg.13", "intensity": 3, "mode": "study-visit"}],
}
PARTNER: dict[str, Any] = {
    "kind": "foundation",
    "name": "Example Foundation",
    "home_country": "NL",
    "programmes": [
        {"name": "Read", "budget": 500, "currency": "EUR", "grant_min": 10, "grant_max": 50, "subjects": ["sdg.4"]}
    ],
}
REQUEST: dict[str, Any] = {"title": "Books", "amount_min": 100, "amount_max": 200, "currency": "EUR"}
CONTACT: dict[str, Any] = {"role": "coordinator", "name": "Ana Prado", "email": "ana@city.example"}
WHY = {"reason": "She has left, her office writes."}
"""The reason of staff for changing or erasing a coordinator."""


@dataclass(frozen=True, slots=True)
class RegistryUnderTest:
    """The service, a client of it, and its database."""

    client: httpx.AsyncClient
    database: Database
    broker: EmbeddedBroker
    app: FastAPI
    codes: dict[str, str] = field(default_factory=dict)
    """The enrolment codes that were handed over, by the ids of people of the office."""

    async def add_city(self, **changes: Any) -> str:
        """An endorsed city; returns its id."""
        answer = await self.client.post("/registry/v1/cities?endorse=true", json=CITY | changes, headers=staff())
        assert answer.status_code == 201, answer.text
        return str(answer.json()["city_id"])

    async def import_file(self, kind: str, content: bytes | str, **parameters: Any) -> httpx.Response:
        """Import a file as staff."""
        body = content.encode() if isinstance(content, str) else content
        query = {"kind": kind, **parameters}
        return await self.client.post("/registry/v1/imports", params=query, content=body, headers=staff())

    async def events(self) -> list[Event[Data]]:
        """The events in the outbox, the oldest first."""
        async with self.database.reading() as connection:
            rows = (await connection.execute(select(tables.messaging.outbox).order_by("id"))).all()
        return [decode(row.value, load_headers(row.headers)) for row in rows]

    async def event_names(self) -> list[str]:
        """The types of `events`, short: `city.registered`."""
        return [event.envelope.type.removeprefix("isopolity.registry.")[:-3] for event in await self.events()]


def bearer(*scopes: str, member_id: str | None = None, subject: str | None = None) -> dict[str, str]:
    """The header of a token with these scopes; notify's if it may read contacts and no subject is given."""
    token = LocalTokens([KEY], lambda: datetime.now(UTC)).issue(
        subject or (NOTIFY if "contacts:read" in scopes else "tester"),
        scopes,
        member_id=member_id,
        lifetime=timedelta(hours=1),
    )
    return {"Authorization": f"Bearer {token}"}


def staff(**headers: str) -> dict[str, str]:
    """The headers of a member of staff."""
    return bearer("staff") | headers


def member(member_id: str, **headers: str) -> dict[str, str]:
    """The headers of a member."""
    return bearer("member", member_id=member_id) | headers


def patching(version: int) -> dict[str, str]:
    """The headers of a merge patch of a version."""
    return {"Content-Type": MERGE_PATCH, "If-Match": f'"{version}"'}


@asynccontextmanager
async def open_under_test(url: str, folder: Path, **overrides: Any) -> AsyncIterator[RegistryUnderTest]:
    """The service on the database at `url`, migrated, with its tasks not running."""
    database = overrides.pop("database", None)
    if database is None:
        database = await open_migrated(url, "isopolity.registry")
    elif not await filled_with_tables(url, "isopolity.registry"):
        await upgrade(database, "isopolity.registry")
    settings = overrides.pop("settings", SETTINGS)
    try:
        async with EmbeddedBroker.opened(folder / "broker.db") as broker:
            await broker.ensure_topics(TOPICS)
            async with (
                open_registry(settings, broker=broker, database=database, ids=uuid7, **overrides) as service,
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(service.app, raise_app_exceptions=False), base_url="http://registry"
                ) as client,
            ):
                yield RegistryUnderTest(client, database, broker, service.app)
    finally:
        await database.close()

"""Members, events and a running matching service for tests."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from isopolity.contracts.catalogue import EVENT_TOPICS, RESPONSE, dead_letter_topic
from isopolity.contracts.cloudevents import decode
from isopolity.contracts.event import Data, Event
from isopolity.contracts.notify import ResponsesCompleted
from isopolity.contracts.registry import (
    CityState,
    ContactState,
    Need,
    Offer,
    PartnerState,
    Programme,
    RequestState,
    TwinningState,
)
from isopolity.machine.clock import uuid7
from isopolity.matching.application.ports.engine import ServingSolver
from isopolity.matching.bootstrap import open_matching
from isopolity.matching.settings import MatchingSettings
from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.codec import to_message
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.notify.application.answers import key_in
from isopolity.persistence.database import Database
from isopolity.persistence.unit_of_work import EventFactory
from isopolity.runtime.process import running
from isopolity.runtime.service import Service
from isopolity.web.network_tokens import LocalTokens
from tests.support.keys import keys_of
from tests.support.polling import until
from tests.support.shared.migrated import filled_with_tables

CONTACT_CHANGED = "isopolity.registry.contact.changed.v1"
KEY = "a-key-for-tests-that-is-long-enough-to-sign"
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def need(subject: str, mode: str = "webinar", intensity: int = 4) -> Need:
    return Need(subject=subject, intensity=intensity, mode=mode)


def offer(subject: str, mode: str = "webinar", intensity: int = 4) -> Offer:
    return Offer(subject=subject, intensity=intensity, mode=mode)


def city(city_id: str, **changes: Any) -> CityState:
    """An endorsed city that needs and offers nothing, with the given changes."""
    values: dict[str, Any] = {
        "city_id": city_id,
        "version": 1,
        "status": "endorsed",
        "kind": "city",
        "name": city_id.title(),
        "country": city_id[:2].upper(),
        "region": "africa",
        "population": 400_000,
        "latitude": 1.0,
        "longitude": 2.0,
        "languages": ("en",),
    }
    return CityState(**values | changes)


def complementary(number: int) -> list[CityState]:
    """Cities of which any two neighbours fit: the even ones offer what the odd ones need, and the reverse."""
    gives = [("cluster.literacy", "sdg.13"), ("sdg.13", "cluster.literacy")]
    return [
        city(
            f"city-{i:04}",
            country=f"{chr(65 + i // 26 % 26)}{chr(65 + i % 26)}",
            population=300_000 + 1_000 * i,
            needs=(need(gives[i % 2][0]),),
            offers=(offer(gives[i % 2][1]),),
        )
        for i in range(number)
    ]


def partner(partner_id: str, programmes: Sequence[Programme], **changes: Any) -> PartnerState:
    values: dict[str, Any] = {
        "partner_id": partner_id,
        "version": 1,
        "status": "endorsed",
        "kind": "foundation",
        "name": f"Foundation {partner_id.title()}",
        "home_country": "CH",
        "languages": ("en",),
        "programmes": tuple(programmes),
    }
    return PartnerState(**values | changes)


def programme(programme_id: str, **changes: Any) -> Programme:
    values: dict[str, Any] = {
        "programme_id": programme_id,
        "name": programme_id.title(),
        "budget": 1_000_000,
        "currency": "EUR",
        "grant_min": 10_000,
        "grant_max": 100_000,
        "subjects": ("cluster.literacy",),
        "supports": ("funding", "training", "expertise"),
        "cities": 2,
    }
    return Programme(**values | changes)


def request(request_id: str, city_id: str, **changes: Any) -> RequestState:
    values: dict[str, Any] = {
        "request_id": request_id,
        "version": 1,
        "status": "published",
        "city_id": city_id,
        "title": "Reading rooms",
        "amount_min": 20_000,
        "amount_max": 50_000,
        "currency": "EUR",
        "subjects": ("cluster.literacy",),
    }
    return RequestState(**values | changes)


def contact(member: CityState | PartnerState, *, version: int = 1, status: str = "changed") -> ContactState:
    """The contact of a member."""
    kind, member_id = ("city", member.city_id) if isinstance(member, CityState) else ("partner", member.partner_id)
    return ContactState(
        contact_id=f"contact-of-{member_id}",
        version=version,
        status=status,
        member_kind=kind,
        member_id=member_id,
        role="coordinator",
    )


def twinning(one: str, other: str, *, version: int = 1, status: str = "declared") -> TwinningState:
    a, b = sorted((one, other))
    return TwinningState(twinning_id=f"{a}:{b}", version=version, status=status, city_a=a, city_b=b)


@dataclass(slots=True)
class TestClock:
    """A clock that moves only when a test moves it."""

    __test__ = False
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


@dataclass(slots=True)
class Network:
    """The broker of a test, in which the test acts as registry and notify."""

    broker: MessageBroker
    clock: Callable[[], datetime]
    registry: EventFactory = field(init=False)

    def __post_init__(self) -> None:
        self.registry = EventFactory("urn:isopolity:registry", self.clock, uuid7)

    async def publish(self, event_type: str, *states: Data, with_contacts: bool = True) -> Sequence[Event[Data]]:
        """Publish states as events of a type; members get a contact each, so that they can be mailed."""
        events = [self.registry.event(event_type, state) for state in states]
        members = [state for state in states if isinstance(state, CityState | PartnerState)]
        contacts = [self.registry.event(CONTACT_CHANGED, contact(state)) for state in members if with_contacts]
        await self.publish_events([*contacts, *events])
        return events

    async def complete_answers(self, before: datetime) -> None:
        """Publish, as notify does, that all answers from before that moment are published."""
        notify = EventFactory("urn:isopolity:notify", self.clock, uuid7)
        told = [
            ResponsesCompleted(partition_key=key_in(partition, RESPONSE.partitions), partition=partition, before=before)
            for partition in range(RESPONSE.partitions)
        ]
        await self.publish_events([notify.event("isopolity.notify.response.completed.v1", each) for each in told])

    async def publish_events(self, events: Sequence[Event[Data]]) -> None:
        async with self.broker.producer() as producer:
            await producer.publish([to_message(event) for event in events])

    async def events(self, topic: str) -> list[Event[Any]]:
        """All events on a topic, in the order of each partition."""
        found = []
        async with self.broker.reader([topic]) as reader:
            ends = await reader.end_offsets()
            while any(ends[place] > at for place, at in (await reader.position()).items()):
                for batch in await reader.fetch(limit=1000, timeout=1.0):
                    found += [decode(record.value, record.headers) for record in batch.records if record.value]
        return found


@dataclass(slots=True)
class Running:
    """A matching service that runs, and a client for its HTTP."""

    service: Service
    client: httpx.AsyncClient
    tokens: LocalTokens

    def headers(self, *scopes: str, member_id: str | None = None) -> dict[str, str]:
        token = self.tokens.issue("test", scopes, member_id=member_id, lifetime=timedelta(hours=1))
        return {"Authorization": f"Bearer {token}"}

    async def status(self) -> dict[str, Any]:
        assert self.service.vitals.counts is not None
        return dict(await self.service.vitals.counts())

    async def get(self, path: str, *scopes: str, member_id: str | None = None) -> httpx.Response:
        headers = self.headers(*scopes, member_id=member_id) if scopes else {}
        return await self.client.get(f"/matching/v1{path}", headers=headers)

    async def post(self, path: str, body: Any = None, *scopes: str, member_id: str | None = None) -> httpx.Response:
        """Post as staff, or with these scopes; waits for the end of a round."""
        headers = self.headers(*(scopes or ("staff",)), member_id=member_id) | {"Prefer": "wait=120"}
        return await self.client.post(f"/matching/v1{path}", json=body, headers=headers)

    async def knows(self, **counts: int) -> None:
        """Wait until the status shows these counts."""

        async def does() -> bool:
            status = await self.status()
            return all(status.get(name, 0) == number for name, number in counts.items())

        await until(does, what=f"matching knows {counts}")


@asynccontextmanager
async def embedded(folder: Path, clock: Callable[[], datetime]) -> AsyncIterator[Network]:
    """A network on an embedded broker."""
    async with EmbeddedBroker.opened(folder / "broker.db", clock) as broker:
        await broker.ensure_topics([*EVENT_TOPICS, dead_letter_topic("matching")])
        yield Network(broker, clock)


@asynccontextmanager
async def matching(
    network: Network,
    folder: Path,
    clock: Callable[[], datetime],
    *,
    database: Database | None = None,
    solver: ServingSolver | None = None,
    **settings: Any,
) -> AsyncIterator[Running]:
    """A matching service at work on the network."""
    values: dict[str, Any] = {
        "data": folder,
        **keys_of(KEY),
        "settle_seconds": 0.05,
        "graph_patience_seconds": 60.0,
    } | settings
    chosen = MatchingSettings(**values)
    if database is None:
        await filled_with_tables(chosen.database_url, "isopolity.matching")
    async with (
        open_matching(chosen, broker=network.broker, database=database, solver=solver, clock=clock) as service,
        running(service.tasks),
        httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url="http://matching") as client,
    ):
        # tokens expire in real time, whatever the test's clock says
        tokens = LocalTokens([KEY], lambda: datetime.now(UTC))
        service.app.state.tokens = tokens
        yield Running(service, client, tokens)
        await asyncio.sleep(0)

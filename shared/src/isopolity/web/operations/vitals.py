"""Vitals of a service: all that the operators' routes, the metrics and the command ask of it; found for a request.

An operator's publication that the broker refuses becomes a problem with the broker's reason.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Protocol, cast

from fastapi import Depends, Request
from pydantic import JsonValue

from isopolity.contracts.catalogue import dead_letter_topic
from isopolity.machine.clock import Clock
from isopolity.messaging.broker import MessageBroker, Producer, TopicPartition
from isopolity.messaging.consuming.health import RunnerHealth
from isopolity.messaging.dead_letters import DeadLetter, dead_letters_without_values, list_dead_letters
from isopolity.messaging.errors import BrokerRefused
from isopolity.messaging.generations import Generation
from isopolity.messaging.redrive import LetterCounts
from isopolity.messaging.scanning.query import Query, SeenRecord
from isopolity.messaging.scanning.scan import Account
from isopolity.persistence.database import Database
from isopolity.persistence.tables import MessagingTables
from isopolity.web.problems import Problem

Check = Callable[[], Awaitable[str | None]]
"""None if all is well; else one sentence that says what is not."""
Counts = Callable[[], Awaitable[Mapping[str, JsonValue]]]
"""Counts of what the service has in store, by name, for instance members by kind."""
PublishedByRelay = Callable[[], Mapping[str, tuple[int, datetime]]]
"""How many events of each topic the relay of this process has published, and when the last."""
CanarySeen = Callable[[], Awaitable[datetime | None]]
"""When the canary that was last seen had sounded."""


class ScansBusy(Exception):
    """Other scans of the service run and wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What a scan has found, and what it has read."""

    records: Sequence[SeenRecord]
    account: Account


class Scanner(Protocol):
    """Scans the topics of a service."""

    async def scan(self, query: Query) -> Scanned:
        """What fits the query, as far as the limits go. Raises ScansBusy."""

    async def follow(self, query: Query, begin: Mapping[TopicPartition, int], seconds: float) -> Scanned:
        """What fits from these offsets on, as soon as there is any, or after `seconds` without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerGroup:
    """One consumer group of the service, and how its runner in this process is."""

    name: str
    topics: Sequence[str]
    health: Callable[[], RunnerHealth]
    remembers: timedelta | None = None
    """For how long the rows are kept that keep it from doing anything twice; None: for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """Where to look to know how a service is."""

    service: str
    database: Database
    tables: MessagingTables
    broker: MessageBroker
    clock: Clock
    groups: Sequence[ConsumerGroup] = ()
    checks: Mapping[str, Check] = field(default_factory=dict)
    """Further conditions of readiness."""
    surroundings: Mapping[str, Check] = field(default_factory=dict)
    """Servers that the service can wait for; reported with its readiness, and no condition of it."""
    counts: Counts | None = None
    canary: CanarySeen | None = None
    canary_returned: CanarySeen | None = None
    """Of matching: the canary that came back from notify."""
    published: PublishedByRelay = dict
    scanner: Scanner | None = None
    generation: Generation = field(default_factory=Generation)
    """The generation of the topics that the service writes and reads."""
    audit_days: int = 1095
    audit_address_days: int = 30
    """How long the audit keeps entries, and in them the clients' addresses."""
    journal_days: int = 400
    """How long the journal keeps lines."""
    release: str = ""
    """The release that this process runs."""

    @property
    def dead_letter_topic(self) -> str:
        return dead_letter_topic(self.service).name

    async def dead_letters(self) -> Sequence[DeadLetter]:
        """All that nobody has redriven or settled. A service that consumes nothing has none, nor a topic of them."""
        return await list_dead_letters(self.broker, self.dead_letter_topic) if self.groups else ()

    async def dead_letter_counts(self) -> LetterCounts:
        """How many of them there are, and about how many members, each by reason."""
        found = await dead_letters_without_values(self.broker, self.dead_letter_topic) if self.groups else ()
        return LetterCounts.of(found)


@asynccontextmanager
async def publishing(vitals: Vitals) -> AsyncIterator[Producer]:
    """A producer. Raises Problem for what the broker does not take."""
    try:
        async with vitals.broker.producer() as producer:
            yield producer
    except BrokerRefused as error:
        raise Problem(409, f"The broker does not take them: {error}.", code="refused") from error


async def _vitals(request: Request) -> Vitals:
    return cast("Vitals", request.app.state.vitals)


AskedVitals = Annotated[Vitals, Depends(_vitals)]

"""Vitals of a service: the parts that the operators' routes, the metrics and the command read.

A broker's refusal of an operator's publication becomes a problem with the broker's reason.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Protocol, cast

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
from isopolity.persistence.republication import Republishing
from isopolity.persistence.tables import MessagingTables
from isopolity.web.problems import Problem

Check = Callable[[], Awaitable[str | None]]
"""Returns None if all is well, else a sentence on the trouble."""
Counts = Callable[[], Awaitable[Mapping[str, JsonValue]]]
"""Returns counts of the service's data by name, for instance members by kind."""
PublishedByRelay = Callable[[], Mapping[str, tuple[int, datetime]]]
"""Returns for each topic how many events the relay of this process has published, and when it published the last."""
CanarySeen = Callable[[], Awaitable[datetime | None]]
"""Returns when the canary that was seen last had sounded; None before the first."""


class ScansBusy(Exception):
    """Too many scans of the service are running or queued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """The records that a scan found, and an account of its reading."""

    records: Sequence[SeenRecord]
    account: Account


class Scanner(Protocol):
    """Scans the topics of a service."""

    async def scan(self, query: Query) -> Scanned:
        """Records that match the query, within the limits. Raises ScansBusy."""

    async def follow(self, query: Query, begin: Mapping[TopicPartition, int], seconds: float) -> Scanned:
        """Matching records from these offsets on, as soon as there is one; none after `seconds` without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerGroup:
    """A consumer group of the service, and the health of its runner in this process."""

    name: str
    topics: Sequence[str]
    health: Callable[[], RunnerHealth]
    remembers: timedelta | None = None
    """How long the rows are kept by which it does nothing twice; None: forever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """The parts of a service that show how it is."""

    service: str
    database: Database
    tables: MessagingTables
    broker: MessageBroker
    clock: Clock
    groups: Sequence[ConsumerGroup] = ()
    checks: Mapping[str, Check] = field(default_factory=dict)
    """Further conditions of readiness."""
    surroundings: Mapping[str, Check] = field(default_factory=dict)
    """Servers that the service can do without for a while; reported with readiness, but no condition of it."""
    counts: Counts | None = None
    canary: CanarySeen | None = None
    canary_returned: CanarySeen | None = None
    """In matching: the canary that came back from notify."""
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
    states: Republishing[Any] | None = None
    """How the service publishes a state of its own again, if it keeps states."""

    @property
    def dead_letter_topic(self) -> str:
        return dead_letter_topic(self.service).name

    async def dead_letters(self) -> Sequence[DeadLetter]:
        """Letters that were neither redriven nor settled; none in a service without consumer groups."""
        return await list_dead_letters(self.broker, self.dead_letter_topic) if self.groups else ()

    async def dead_letter_counts(self) -> LetterCounts:
        """Numbers of letters that were neither redriven nor settled, and of their members, each by reason."""
        found = await dead_letters_without_values(self.broker, self.dead_letter_topic) if self.groups else ()
        return LetterCounts.of(found)


@asynccontextmanager
async def publishing(vitals: Vitals) -> AsyncIterator[Producer]:
    """A producer. Raises Problem for messages that the broker refuses."""
    try:
        async with vitals.broker.producer() as producer:
            yield producer
    except BrokerRefused as error:
        raise Problem(409, f"The broker does not take them: {error}.", code="refused") from error


async def _vitals(request: Request) -> Vitals:
    return cast("Vitals", request.app.state.vitals)


AskedVitals = Annotated[Vitals, Depends(_vitals)]

"""A service's storage on SQLite or PostgreSQL: messaging's tables and one of its own; limits of files and scans."""

import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select

from isopolity.contracts.catalogue import REGISTRY_CANARY
from isopolity.contracts.event_types import CANARY_SOUNDED
from isopolity.contracts.registry import CanarySounded
from isopolity.messaging.broker import Record
from isopolity.messaging.codec import to_event, to_message
from isopolity.messaging.consuming.lane import Delivery
from isopolity.messaging.scanning.scan import ScanLimits
from isopolity.persistence.database import Database
from isopolity.persistence.tables import MessagingTables, messaging_tables
from isopolity.persistence.unit_of_work import EventFactory, SqlUnitOfWork, Storage
from isopolity.runtime.scan_process import ProcessBounds
from isopolity.runtime.scanner import ChildScanner
from isopolity.runtime.service import Service

METADATA = MetaData()
TABLES: MessagingTables = messaging_tables(METADATA)
NOTES = Table(
    "notes", METADATA, Column("id", Integer, primary_key=True), Column("text", String(100), nullable=False, unique=True)
)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Ticking:
    """A clock that a test moves."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, span: timedelta) -> None:
        self.now += span


def numbered_ids(prefix: str = "id") -> Iterator[str]:
    """Ids in the order of making: `id-1`, `id-2`, …"""
    return (f"{prefix}-{number}" for number in count(1))


@dataclass(slots=True)
class Wakes:
    """Counts how often the relay was woken."""

    count: int = 0

    def __call__(self) -> None:
        self.count += 1


class NoteUnitOfWork(SqlUnitOfWork):
    """A unit of work whose state is notes."""

    async def note(self, text: str) -> None:
        await self.connection.execute(insert(NOTES).values(text=text))

    async def has_note(self, text: str) -> bool:
        found = await self.connection.execute(select(NOTES.c.id).where(NOTES.c.text == text))
        return found.scalar_one_or_none() is not None


def canary(number: int | str = 1) -> CanarySounded:
    """The smallest event there is; its key is `canary-<number>`."""
    return CanarySounded(canary_id=f"canary-{number}", sounded_at=NOW)


def delivery(storage: Storage, name: str, offset: int) -> Delivery:
    """The canary of that name as it comes from the broker."""
    message = to_message(storage.events.event(CANARY_SOUNDED, canary(name)))
    record = Record(REGISTRY_CANARY.name, 0, offset, 1000, message.key, message.value, message.headers)
    return Delivery(record, to_event(record))


@asynccontextmanager
async def open_storage(url: str, *, create: bool = True) -> AsyncIterator[Storage]:
    """Storage at `url`, with its tables."""
    database = Database.open(url)
    try:
        if create:
            async with database.engine.begin() as connection:
                await connection.run_sync(METADATA.create_all)
        ids = numbered_ids()
        events = EventFactory("urn:isopolity:test", Ticking(), lambda: next(ids))
        yield Storage(database=database, tables=TABLES, events=events, wake=Wakes())
    finally:
        await database.close()


async def rows(database: Database, table: Table) -> int:
    """How many rows the table has."""
    async with database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(table))).scalar_one()


@contextmanager
def no_file_grows(process: int = 0) -> Iterator[None]:
    """Inside the block `process`, or this one, can write to no regular file."""
    soft, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (soft, hard))


def give_scans_time(service: Service) -> None:
    """Let a scan of this service last 90 seconds, since its eight are too few for a busy machine."""
    scanner = service.vitals.scanner
    assert isinstance(scanner, ChildScanner)
    scanner.limits = ScanLimits(seconds=90.0)
    scanner.bounds = ProcessBounds(seconds=100.0, cpu_seconds=100)

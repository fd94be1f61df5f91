"""Import of cities into PostgreSQL: registry's own way beside SQLAlchemy's ORM, both from the same CSV file.

The peer uses our parsing and validation and keeps the same rows: a city, and its event in the outbox. Both do it in one
transaction.
"""

from collections.abc import Awaitable, Callable, Sequence
from io import BytesIO
from statistics import median
from tempfile import TemporaryFile
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from benchmarks.measuring import Cost, Countdown, interleaved
from benchmarks.report import Row, Target
from benchmarks.sample import csv_file
from benchmarks.surroundings import Surroundings
from isopolity.contracts.codes import country_regions
from isopolity.contracts.registry import CityState
from isopolity.machine.clock import system_clock, uuid7
from isopolity.messaging.broker import dump_headers
from isopolity.messaging.codec import to_message
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade
from isopolity.persistence.unit_of_work import EventFactory, Storage
from isopolity.registry.adapters.sql import tables
from isopolity.registry.adapters.sql.rows import CITIES
from isopolity.registry.adapters.sql.unit_of_work import SqlRegistryUnitOfWork
from isopolity.registry.application.events import city_state
from isopolity.registry.application.ports import Surroundings as RegistrySurroundings
from isopolity.registry.domain.city import CityProfile
from isopolity.registry.domain.member import Member
from isopolity.registry.entrypoints.imports.import_run import ImportOptions, ImportRun, run_import
from isopolity.registry.entrypoints.imports.row_parser import parse
from isopolity.runtime.process import spare_collector
from isopolity.tables.reader import open_rows

CHUNK = 1000
EVENTS = EventFactory("urn:isopolity:registry", system_clock, uuid7)
REGIONS = country_regions()
Contender = Callable[[Database, bytes, int], Awaitable[Cost]]
"""Keeps some number of cities of a file in an empty database."""


class Base(DeclarativeBase):
    """The ORM classes of the peer, on registry's own tables."""

    metadata = tables.metadata


class CityRow(Base):
    """A city."""

    __table__ = tables.cities


class OutboxRow(Base):
    """An event that waits for the relay."""

    __table__ = tables.messaging.outbox


async def measure(here: Surroundings) -> Sequence[Row]:
    """Both at full size, in turns, with the garbage collector as a service sets it."""
    spare_collector()
    count = here.size(100_000)
    async with here.database() as url:
        database = Database.open(url)
        await upgrade(database, "isopolity.registry")
        await require_equal(database)
        file = csv_file(count)
        timed = {name: _from_empty(each, database, file, count) for name, each in CONTENDERS.items()}
        samples = await interleaved(timed, here.rounds(3))
        await database.close()
    return [
        Row(
            what="import of cities into PostgreSQL",
            size=f"{count:,} rows of CSV",
            unit="cities/s",
            ours=count / median(samples.clock("ours")),
            peer_name="SQLAlchemy ORM, add_all by 1,000",
            peer=count / median(samples.clock("orm")),
            ratio=samples.times("orm", "ours"),
            work_ratio=samples.times_the_work("orm", "ours"),
            note="as fast",
            target=Target(of="figure", sense="≥", value=8_000),
            samples=samples.seconds("ours", "orm"),
        )
    ]


def _from_empty(contender: Contender, database: Database, file: bytes, count: int) -> Callable[[], Awaitable[Cost]]:
    async def once() -> Cost:
        await _empty(database)
        return await contender(database, file, count)

    return once


async def _empty(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(text("TRUNCATE cities, outbox"))
        await connection.commit()


async def require_equal(database: Database) -> None:
    """Both keep the same cities and the same events, but for the ids."""
    file, kept = csv_file(500), []
    for contender in CONTENDERS.values():
        await _empty(database)
        await contender(database, file, 500)
        async with database.reading() as connection:
            cities = text(
                "SELECT natural_key, version, status, country, region, search, document FROM cities ORDER BY 1"
            )
            events = text("SELECT topic, convert_from(value, 'UTF8')::jsonb - 'city_id' AS data FROM outbox ORDER BY 2")
            kept.append([(await connection.execute(query)).all() for query in (cities, events)])
    if kept[0] != kept[1] or len(kept[0][0]) != 500:
        raise SystemExit("import and ORM did not keep the same: the comparison would mean nothing")


async def ours(database: Database, file: bytes, count: int) -> Cost:
    """Registry's import, as its HTTP route runs it."""
    storage = Storage(database=database, tables=tables.messaging, events=EVENTS, wake=lambda: None)
    surroundings = RegistrySurroundings(ids=uuid7, regions=REGIONS)
    countdown = Countdown(count)
    countdown.start()
    with TemporaryFile() as received:
        received.write(file)
        run = ImportRun(ImportOptions(kind="cities", endorse=True), surroundings)
        async for _ in run_import(run, received, lambda: SqlRegistryUnitOfWork(storage), None):
            pass
    countdown.count(run.outcome.created)
    await countdown.wait()
    return countdown.cost


async def orm(database: Database, file: bytes, count: int) -> Cost:
    """The plain way: objects in a session, flushed by the thousand."""
    countdown = Countdown(count)
    countdown.start()
    async with AsyncSession(database.engine) as session:
        for number, parsed in enumerate(parse("cities", open_rows(BytesIO(file))), start=1):
            session.add_all(_objects(parsed))
            if number % CHUNK == 0:
                await session.flush()
                session.expunge_all()
        await session.commit()
    countdown.count(count)
    return countdown.cost


def _objects(parsed: Any) -> list[Base]:
    return objects_of(parsed[1].value, status="endorsed", bulk=True)[1]


def objects_of(profile: CityProfile, *, status: str, bulk: bool) -> tuple[CityState, list[Base]]:
    """A new city: its state, its row, and its event's row."""
    city = Member(member_id=uuid7(), version=1, status=status, region=REGIONS[profile.country], profile=profile)
    state = city_state(city, bulk=bulk)
    event = EVENTS.event("isopolity.registry.city.registered.v1", state)
    message = to_message(event)
    outbox = OutboxRow(
        topic=message.topic,
        key=message.key,
        value=message.value,
        headers=dump_headers(message.headers),
        created_at=event.envelope.time,
    )
    return state, [CityRow(**CITIES.to_row(city)), outbox]


CONTENDERS: dict[str, Contender] = {"ours": ours, "orm": orm}

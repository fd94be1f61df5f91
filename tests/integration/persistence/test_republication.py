"""Publishing all state again, on both databases: page by page, and once, however often it is killed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select

from isopolity.contracts.cloudevents import decode
from isopolity.contracts.registry import RequestState
from isopolity.messaging.broker import load_headers
from isopolity.persistence.database import Database
from isopolity.persistence.republication import Finding, Republishing, RestorationUnderWay, Source, TakeIn
from isopolity.persistence.tables import messaging_tables
from isopolity.persistence.unit_of_work import EventFactory, Outbox, SqlUnitOfWork, Storage
from tests.support.shared.storage import Ticking, numbered_ids

METADATA = MetaData()
TABLES = messaging_tables(METADATA)
THINGS, OTHERS = (
    Table(
        name,
        METADATA,
        Column("id", String(100), primary_key=True),
        Column("version", Integer, nullable=False),
    )
    for name in ("things", "others")
)
TOPIC = "isopolity.registry.request"
STEP = 100
LEARNED = [Finding(topic=TOPIC, key="thing-1", outcome="reverted", detail="of version 7")]


class Killed(Exception):
    """The process is no more."""


@dataclass(frozen=True, slots=True)
class Thing:
    key: str
    version: int


def _publish(outbox: Outbox, thing: Thing) -> bool:
    state = RequestState(
        request_id=thing.key,
        version=thing.version,
        status="published",
        city_id="city",
        title="Books",
        amount_min=1,
        amount_max=2,
        currency="EUR",
    )
    outbox.publish("isopolity.registry.request.published.v1", state)
    return True


SOURCES = [
    Source(
        topic=TOPIC,
        table=table,
        key=table.c.id,
        read=lambda row: Thing(row.id, row.version),
        publish=_publish,
        lifted=lambda thing: {"version": thing.version},
    )
    for table in (THINGS, OTHERS)
]


@dataclass(slots=True)
class Bench:
    """A service's storage with five things and two others; `lives` commits are made, then it is killed."""

    storage: Storage
    lives: int = 1_000

    def work(self, *, dry_run: bool = False) -> Republishing[SqlUnitOfWork]:
        return Republishing(
            unit_of_work=lambda: Mortal(self),
            restorations=TABLES.restorations,
            sources=SOURCES,
            dry_run=dry_run,
            page=2,
        )

    async def learn(self) -> TakeIn[SqlUnitOfWork]:
        async def take_in(_work: SqlUnitOfWork, _step: int) -> list[Finding]:
            return LEARNED

        return take_in

    async def versions(self) -> list[int]:
        async with self.storage.database.reading() as connection:
            found = [(await connection.execute(select(table.c.version))).scalars().all() for table in (THINGS, OTHERS)]
        return [version for versions in found for version in versions]

    async def published(self) -> list[tuple[str, int]]:
        """By key, the version of each event in the outbox."""
        async with self.storage.database.reading() as connection:
            rows = (await connection.execute(select(TABLES.outbox).order_by("id"))).all()
        return [(row.key, decode(row.value, load_headers(row.headers)).data.version) for row in rows]  # type: ignore[attr-defined]  # a RequestState


class Mortal(SqlUnitOfWork):
    """Dies instead of its commit, once its lives are used up."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.storage)
        self._bench = bench

    async def commit(self) -> None:
        if not self._bench.lives:
            raise Killed
        self._bench.lives -= 1
        await super().commit()


@asynccontextmanager
async def _bench(url: str) -> AsyncIterator[Bench]:
    database = Database.open(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        await connection.execute(insert(THINGS), [{"id": f"thing-{number}", "version": 3} for number in range(5)])
        await connection.execute(insert(OTHERS), [{"id": f"other-{number}", "version": 3} for number in range(2)])
    ids = numbered_ids()
    events = EventFactory("urn:isopolity:test", Ticking(), lambda: next(ids))
    yield Bench(Storage(database=database, tables=TABLES, events=events, wake=lambda: None))
    await database.close()


@pytest.fixture
async def bench(url: str) -> AsyncIterator[Bench]:
    async with _bench(url) as bench:
        yield bench


EVERYTHING = [*(f"thing-{number}" for number in range(5)), "other-0", "other-1"]


async def test_everything_is_published_under_its_version(bench: Bench) -> None:
    assert await bench.work().publish() == {TOPIC: 7}
    assert await bench.published() == [(key, 3) for key in EVERYTHING]


async def test_a_dry_run_tells_the_same_and_changes_nothing(bench: Bench) -> None:
    assert await bench.work(dry_run=True).publish() == {TOPIC: 7}
    assert await bench.work(dry_run=True).restore(STEP, bench.learn) == ({TOPIC: 7}, LEARNED)
    assert await bench.published() == []
    assert set(await bench.versions()) == {3}


@pytest.mark.parametrize("lives", range(6))
async def test_a_restoration_killed_at_any_commit_lifts_each_version_once(bench: Bench, lives: int) -> None:
    """Commits: what was learned, three pages of things, one of others, the end."""
    bench.lives = lives
    with pytest.raises(Killed):
        await bench.work().restore(STEP, bench.learn)
    bench.lives = 1_000
    _, findings = await bench.work().restore(STEP, bench.learn)
    assert list(findings) == LEARNED
    assert set(await bench.versions()) == {3 + STEP}
    assert await bench.published() == [(key, 3 + STEP) for key in EVERYTHING]


async def test_an_interrupted_restoration_is_brought_to_its_end_first(bench: Bench) -> None:
    bench.lives = 2
    with pytest.raises(Killed):
        await bench.work().restore(STEP, bench.learn)
    bench.lives = 1_000
    with pytest.raises(RestorationUnderWay, match="--restored"):
        await bench.work().publish()
    with pytest.raises(RestorationUnderWay, match="--step 100"):
        await bench.work().restore(STEP + 1, bench.learn)
    await bench.work().restore(STEP, bench.learn)
    assert await bench.work().publish() == {TOPIC: 7}

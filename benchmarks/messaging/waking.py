"""How soon who waits for PostgreSQL's outbox hears of a commit on another connection, as another process has."""

import asyncio
from collections.abc import Sequence
from statistics import median
from time import perf_counter

from sqlalchemy import text

from benchmarks.measuring import until
from benchmarks.report import Row, Target
from benchmarks.surroundings import Surroundings
from isopolity.persistence.database import Database
from isopolity.persistence.relay import outbox_signal
from isopolity.persistence.unit_of_work import OUTBOX_CHANNEL

_POLL = 30.0
"""Seconds; as long as nobody is heard."""


async def measure(here: Surroundings) -> Sequence[Row]:
    """From before the commit to the end of the wait."""
    async with here.database() as url:
        database = Database.open(url)
        try:
            waits = await _waits(database, here.rounds(50))
        finally:
            await database.close()
    return [
        Row(
            what="outbox's signal, from before a commit to who waits",
            size=f"{len(waits)} commits",
            unit="ms",
            ours=1e3 * median(waits),
            target=Target(of="figure", sense="≤", value=50),
            note=f"{1e3 * max(waits):.1f} ms at most",
            samples={"seconds": waits},
        )
    ]


async def _waits(database: Database, commits: int) -> list[float]:
    waits = []
    async with outbox_signal(database) as signal:
        await until(lambda: _is_heard(database))
        for _ in range(commits):
            waiting = asyncio.create_task(signal.wait(_POLL))
            started = perf_counter()
            await _commit(database)
            await waiting
            waits.append(perf_counter() - started)
    return waits


async def _is_heard(database: Database) -> bool:
    """Whether somebody listens."""
    listeners = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'"
    async with database.reading() as connection:
        return bool((await connection.execute(text(listeners))).scalar_one())


async def _commit(database: Database) -> None:
    """Commit a row as an outbox does, on a connection of its own."""
    async with database.writing() as connection:
        await connection.execute(text(f"NOTIFY {OUTBOX_CHANNEL}"))
        await connection.commit()

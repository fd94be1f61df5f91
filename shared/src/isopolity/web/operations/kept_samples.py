"""Samples of streams in a service's own database: what was seen last, and counts of the last day.

Each process keeps a sample of itself, and one process of the service a sample of its topics and groups. Invariant:
samples hold counts, moments, and names of topics, groups and processes; nothing of an event.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Table, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.portable_sql import inserting

KEPT: Final = timedelta(days=1)
BUCKET: Final = timedelta(minutes=15)
"""The span of one row of history."""


class Sample(NamedTuple):
    """A sample: of what, when it was taken, and what it says."""

    name: str
    at: datetime
    document: Mapping[str, Any]


async def keep_sample(connection: AsyncConnection, table: Table, sample: Sample) -> None:
    """Put the sample in the place of the one before it of that name."""
    row = sample._asdict()
    insert = inserting(connection, table).values(row)
    changed = {name: insert.excluded[name] for name in ("at", "document")}
    await connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=changed))


async def samples_of(connection: AsyncConnection, table: Table) -> Sequence[Sample]:
    """All samples, the newest first."""
    query = select(table.c.name, table.c.at, table.c.document).order_by(table.c.at.desc())
    return [Sample(*row) for row in await connection.execute(query)]


async def forget_sample(connection: AsyncConnection, table: Table, name: str) -> None:
    """Delete the sample of this name."""
    await connection.execute(delete(table).where(table.c.name == name))


async def add_to_history(connection: AsyncConnection, table: Table, now: datetime, counts: Mapping[str, int]) -> None:
    """Add `counts` to those of the present quarter of an hour."""
    at = bucket_of(now)
    found = await connection.execute(select(table.c.counts).where(table.c.at == at))
    before: Mapping[str, int] = found.scalar_one_or_none() or {}
    added = {name: before.get(name, 0) + counts.get(name, 0) for name in {*before, *counts}}
    insert = inserting(connection, table).values(at=at, counts=added)
    changed = insert.on_conflict_do_update(index_elements=["at"], set_={"counts": insert.excluded["counts"]})
    await connection.execute(changed)


async def history(connection: AsyncConnection, table: Table, since: datetime) -> Mapping[datetime, Mapping[str, int]]:
    """Counts by the begin of each quarter of an hour in which there were any."""
    query = select(table.c.at, table.c.counts).where(table.c.at >= since).order_by(table.c.at)
    return {row.at: row.counts for row in await connection.execute(query)}


async def forget_samples(connection: AsyncConnection, samples: Table, history: Table, now: datetime) -> None:
    """Delete what is older than a day."""
    for table in (samples, history):
        await connection.execute(delete(table).where(table.c.at < now - KEPT))


def bucket_of(moment: datetime) -> datetime:
    """The begin of the quarter of an hour in which the moment lies."""
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)

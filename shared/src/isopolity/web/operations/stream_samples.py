"""Samples of streams: documents in a service's own database with the latest state, and counts of the last day.

Each process keeps a sample of itself, and one process of the service a sample of its topics and groups. They hold
moments, not ages, so that an old sample stays true. Invariant: samples hold counts, moments, and names of topics,
groups and processes, and no content of an event.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, JsonValue
from sqlalchemy import Table, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.portable_sql import inserting

STREAMS = "streams"
"""The name of the sample of topics and groups; any other name is that of a process."""


class Held(BaseModel):
    """Partitions of one topic that a member of a group holds."""

    topic: str
    partitions: list[int]


class Retried(BaseModel):
    """A partition in which a process tries work again until a server is back."""

    topic: str
    partition: int
    attempts: int
    since: datetime
    error: str


class RunnerSample(BaseModel):
    """A consumer group as the runner in one process saw it."""

    group: str
    state: str
    ready: bool
    reason: str
    held: list[Held]
    retrying: list[Retried]


class Published(BaseModel):
    """Events of one topic that the relay of a process has published since it started."""

    count: int = 0
    last_at: datetime | None = None


class ProcessSample(BaseModel):
    """One process of the service."""

    release: str = ""
    """Empty in a sample that an earlier release wrote."""
    started_at: datetime | None = None
    runners: list[RunnerSample]
    published: dict[str, Published]
    """Published events by topic."""
    slow: list[str] = []
    """A sentence on each query that this process does not send for now, because it was too slow."""


class PartitionSample(BaseModel):
    """A partition of a topic."""

    partition: int
    start: int
    end: int


class TopicSample(BaseModel):
    """A topic that the service publishes or that one of its groups reads."""

    topic: str
    partitions: list[PartitionSample]


class WaitingSample(BaseModel):
    """The backlog of a group in one partition."""

    partition: int
    committed: int | None
    """The offset that the group reads next; None before its first commit."""
    records: int
    more: bool
    """Whether the backlog may be larger than `records`, which were read."""
    oldest_at: datetime | None
    members: int


class GroupTopicSample(BaseModel):
    """The backlog of a group on one topic."""

    topic: str
    records: int
    more: bool
    oldest_at: datetime | None
    members: int
    """How many different members the events that were read are about."""
    untyped: int = 0
    """How many of the records that were read are no events."""
    partitions: list[WaitingSample]


class MemberSample(BaseModel):
    """A member of a group, and its partitions."""

    client: str
    host: str
    held: list[Held]


class GroupSample(BaseModel):
    """A consumer group, on the topics that the service may read."""

    group: str
    service: str
    problem: str = ""
    """Why the broker did not describe the group; empty if it did."""
    members_waiting: int = 0
    topics: list[GroupTopicSample] = []
    members: list[MemberSample] = []


class ParkedSample(BaseModel):
    """Number of parked events that need one missing event."""

    awaited: str
    count: int
    since: datetime


class StreamsSample(BaseModel):
    """Topics and groups of a service, its outbox, its parked events and its counts."""

    problem: str = ""
    """Why the broker did not describe topics and groups; empty if it did."""
    unwritable: list[str] = []
    topics: list[TopicSample] = []
    groups: list[GroupSample] = []
    published_at: dict[str, datetime] = {}
    """When the relay last published an event of each topic, since the first sample."""
    outbox_depth: int = 0
    outbox_oldest_at: datetime | None = None
    parked: list[ParkedSample] = []
    parked_count: int = 0
    dead_letters: dict[str, int] = {}
    dead_letter_members: dict[str, int] = {}
    """How many different members these are about, by reason."""
    canary_at: datetime | None = None
    counts: dict[str, JsonValue] = {}
    counted_at: datetime | None = None
    """When `counts` were taken last; they are taken once a minute."""


KEPT: Final = timedelta(days=1)
BUCKET: Final = timedelta(minutes=15)
"""The span of one row of history."""


class Sample(NamedTuple):
    """A sample: its name, when it was taken, and its document."""

    name: str
    at: datetime
    document: Mapping[str, Any]


async def keep_sample(connection: AsyncConnection, table: Table, sample: Sample) -> None:
    """Write the sample over the one with its name."""
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
    """Add `counts` to the counts of the present quarter of an hour."""
    at = bucket_of(now)
    found = await connection.execute(select(table.c.counts).where(table.c.at == at))
    before: Mapping[str, int] = found.scalar_one_or_none() or {}
    added = {name: before.get(name, 0) + counts.get(name, 0) for name in {*before, *counts}}
    insert = inserting(connection, table).values(at=at, counts=added)
    changed = insert.on_conflict_do_update(index_elements=["at"], set_={"counts": insert.excluded["counts"]})
    await connection.execute(changed)


async def history(connection: AsyncConnection, table: Table, since: datetime) -> Mapping[datetime, Mapping[str, int]]:
    """Counts by the beginning of each quarter of an hour that has any."""
    query = select(table.c.at, table.c.counts).where(table.c.at >= since).order_by(table.c.at)
    return {row.at: row.counts for row in await connection.execute(query)}


async def forget_samples(connection: AsyncConnection, samples: Table, history: Table, now: datetime) -> None:
    """Delete samples and counts that are older than a day."""
    for table in (samples, history):
        await connection.execute(delete(table).where(table.c.at < now - KEPT))


def bucket_of(moment: datetime) -> datetime:
    """The beginning of the quarter of an hour that `moment` is in."""
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)

"""The status of a service as one document: the backlog of each hop, its age, and the reasons."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, Field, JsonValue

from isopolity.messaging.broker import MessageBroker, TopicPartition, moment_of
from isopolity.messaging.errors import BrokerUnavailable, BrokerUnwritable, UnreadableRecord
from isopolity.persistence.relay import outbox_backlog
from isopolity.persistence.unit_of_work import ParkedStatus, parked_status
from isopolity.web.operations.stream_samples import PartitionSample, WaitingSample
from isopolity.web.operations.vitals import ConsumerGroup, Vitals

_PAGE = 100
_WAIT_SECONDS = 1.0


class OutboxReport(BaseModel):
    """Number of events that are committed and not yet published, and the age of the oldest."""

    depth: int
    oldest_seconds: float | None


class TopicLag(BaseModel):
    """Number of events of one topic that the group has not yet processed."""

    topic: str
    lag: int


class Retry(BaseModel):
    """A partition whose work is tried again until a server is back."""

    topic: str
    partition: int
    attempts: int
    seconds: float
    error: str
    """The class of the error, or the broker's reason for a refusal."""


class ConsumerReport(BaseModel):
    """One consumer group."""

    group: str
    state: str
    ready: bool
    reason: str
    lag: int
    topics: list[TopicLag]
    oldest_seconds: float | None
    """The age of the oldest event that is not yet processed."""
    retrying: list[Retry]


class ParkedReport(BaseModel):
    """Number of parked events that need one missing event."""

    awaited: str
    count: int
    oldest_seconds: float


class WaitingReport(BaseModel):
    """The backlog of a group on one topic."""

    topic: str
    lag: int
    more: bool = Field(description="More than `lag` events may wait: at most 5,000 of a group are counted")
    oldest_seconds: float | None
    members: int = Field(description="How many different members these events are about")
    untyped: int = Field(default=0, description="Records among them without a type, which no service writes")
    partitions: list[WaitingSample]


class TopicReport(BaseModel):
    """A topic that this service publishes or reads."""

    topic: str
    partitions: list[PartitionSample]
    last_event_at: datetime | None = Field(
        description="When the relay last published an event, since the first sample; for own topics only"
    )
    per_minute: float = Field(
        description="Events published a minute, over the last 15 minutes: those of the present quarter of an hour, and "
        "of the quarter before the share that lies within these 15 minutes"
    )
    trend: list[int] = Field(description="Events published in each quarter of an hour of the last day")


class StatusReport(BaseModel):
    """The status of a service."""

    service: str
    unwritable: list[str] = []
    """Sentences on each store that cannot be written: its place, the cause, and what to do."""
    slow: list[str] = []
    """A sentence on each query that this process does not send for now, because it was too slow."""
    outbox: OutboxReport
    consumers: list[ConsumerReport]
    parked: int
    parked_for: list[ParkedReport]
    """The names that most of them wait for."""
    dead_letters: dict[str, int]
    """By reason."""
    dead_letter_members: dict[str, int] = {}
    """How many different members these are about, as far as their events name them; by reason."""
    canary_seconds: float | None = None
    """Age of the newest canary that this service has seen; None if it has seen none."""
    counts: dict[str, JsonValue] = {}


async def status_report(vitals: Vitals, *, patience: float = 60.0) -> StatusReport:
    """The status, read within `patience` seconds. Raises BrokerUnavailable, or what `is_unavailable` recognises."""
    try:
        async with asyncio.timeout(patience):
            return await _ask(vitals)
    except TimeoutError:
        raise BrokerUnavailable(f"the status was not to be had within {patience:g} s") from None


async def _ask(vitals: Vitals) -> StatusReport:
    now = vitals.clock()
    depth, oldest = await outbox_backlog(vitals.database, vitals.tables.outbox)
    async with vitals.database.reading() as connection:
        parked = await parked_status(connection, vitals.tables.parked)
    canary = await vitals.canary() if vitals.canary else None
    dead = await vitals.dead_letter_counts()
    return StatusReport(
        service=vitals.service,
        unwritable=await unwritable(vitals),
        slow=list(vitals.database.slow.sentences()),
        outbox=OutboxReport(depth=depth, oldest_seconds=age_of(now, oldest)),
        consumers=[await _consumer(vitals.broker, group, now) for group in vitals.groups],
        parked=sum(status.count for status in parked),
        parked_for=[_parked(status, now) for status in parked[:20]],
        dead_letters=dict(dead.letters),
        dead_letter_members=dict(dead.members),
        canary_seconds=age_of(now, canary),
        counts=dict(await vitals.counts()) if vitals.counts else {},
    )


async def unwritable(vitals: Vitals) -> list[str]:
    """Sentences on each store of the service that cannot be written. Raises BrokerUnavailable."""
    database = vitals.database.why_unwritable()
    found = [] if database is None else [database]
    try:
        await vitals.broker.ping()
    except BrokerUnwritable as error:
        found.append(str(error))
    return found


async def _consumer(broker: MessageBroker, group: ConsumerGroup, now: datetime) -> ConsumerReport:
    health = group.health()
    lag = await broker.group_lag(group.name, group.topics)
    by_topic: defaultdict[str, int] = defaultdict(int)
    for place, count in lag.items():
        by_topic[place.topic] += count
    return ConsumerReport(
        group=group.name,
        state=str(health.state),
        ready=health.ready,
        reason=health.reason,
        lag=sum(lag.values()),
        topics=[TopicLag(topic=topic, lag=count) for topic, count in sorted(by_topic.items())],
        oldest_seconds=age_of(now, await _oldest_waiting(broker, lag)),
        retrying=[
            Retry(
                topic=place.topic,
                partition=place.partition,
                attempts=retrying.attempts,
                seconds=(now - retrying.since).total_seconds(),
                error=retrying.refusal or retrying.error,
            )
            for place, retrying in sorted(health.retrying.items())
        ],
    )


async def _oldest_waiting(broker: MessageBroker, lag: Mapping[TopicPartition, int]) -> datetime | None:
    """When the oldest unprocessed event of the group was published, read from the log itself."""
    behind = {place: count for place, count in lag.items() if count}
    if not behind:
        return None
    oldest: dict[TopicPartition, int] = {}
    async with broker.reader(sorted({place.topic for place in behind})) as reader:
        ends = await reader.end_offsets()
        await reader.seek({place: max(0, end - behind.get(place, 0)) for place, end in ends.items()})
        while missing := behind.keys() - oldest.keys():
            try:
                batches = await reader.fetch(limit=_PAGE, timeout=_WAIT_SECONDS)
            except UnreadableRecord:  # the group's health reports it
                break
            for batch in batches:
                if batch.records and batch.partition in missing:
                    oldest[batch.partition] = batch.records[0].timestamp
            await reader.seek({place: ends[place] for place in oldest.keys() & missing})  # these need no more reading
            positions = await reader.position()
            if all(positions[place] >= ends[place] for place in behind.keys() - oldest.keys()):
                break
    return moment_of(min(oldest.values())) if oldest else None


def _parked(status: ParkedStatus, now: datetime) -> ParkedReport:
    return ParkedReport(awaited=status.awaited, count=status.count, oldest_seconds=(now - status.since).total_seconds())


def age_of(now: datetime, moment: datetime | None) -> float | None:
    """Seconds from `moment` to `now`, at least 0; None without a moment."""
    return None if moment is None else max(0.0, (now - moment).total_seconds())

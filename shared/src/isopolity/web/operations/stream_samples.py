"""Samples of streams as documents: what each process, and one of them for all, writes to the service's database.

Moments, not ages, so that a sample that grows old tells the truth.
"""

from datetime import datetime

from pydantic import BaseModel, JsonValue

STREAMS = "streams"
"""The name of the sample of topics and groups; any other name is that of a process."""


class Held(BaseModel):
    """Partitions of one topic that a member of a group holds."""

    topic: str
    partitions: list[int]


class Retried(BaseModel):
    """A partition in which a process waits for something to come back."""

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
    """Empty where a release of before wrote the sample."""
    started_at: datetime | None = None
    runners: list[RunnerSample]
    published: dict[str, Published]
    """By topic."""
    slow: list[str] = []
    """A sentence on each query that this process does not send for now, since it takes too long."""


class PartitionSample(BaseModel):
    """A partition of a topic."""

    partition: int
    start: int
    end: int


class TopicSample(BaseModel):
    """A topic that the service publishes, or that a group of its reads."""

    topic: str
    partitions: list[PartitionSample]


class WaitingSample(BaseModel):
    """What waits for a group in one partition."""

    partition: int
    committed: int | None
    """The offset that the group reads next; none before its first commit."""
    records: int
    more: bool
    """More may wait than `records`, which were read."""
    oldest_at: datetime | None
    members: int


class GroupTopicSample(BaseModel):
    """Events of one topic that wait for a group."""

    topic: str
    records: int
    more: bool
    oldest_at: datetime | None
    members: int
    """How many different members the events are about, as far as they were read."""
    untyped: int = 0
    """How many records are no events, as far as they were read."""
    partitions: list[WaitingSample]


class MemberSample(BaseModel):
    """A member of a group, and what it holds."""

    client: str
    host: str
    held: list[Held]


class GroupSample(BaseModel):
    """A consumer group, on the topics that the service may tell of."""

    group: str
    service: str
    problem: str = ""
    """Why the broker did not tell of it; empty where it did."""
    members_waiting: int = 0
    topics: list[GroupTopicSample] = []
    members: list[MemberSample] = []


class ParkedSample(BaseModel):
    """Events that wait for one thing to arrive."""

    awaited: str
    count: int
    since: datetime


class StreamsSample(BaseModel):
    """Topics and groups of a service, its outbox, what is parked, and what it counts."""

    problem: str = ""
    """Why the broker did not tell of topics and groups; empty where it did."""
    unwritable: list[str] = []
    topics: list[TopicSample] = []
    groups: list[GroupSample] = []
    published_at: dict[str, datetime] = {}
    """When the relay last published an event of each topic, since samples are taken."""
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
    """When things were counted last: once a minute."""

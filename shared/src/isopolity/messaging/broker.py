"""The broker as the services see it: topics of partitions, producers, group consumers, readers.

`KafkaBroker` and `EmbeddedBroker` keep these promises, which one contract suite tests. No other code depends on which
of the two is running.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from functools import cache
from os import getpid
from socket import gethostname
from typing import Any, Final, NamedTuple, Protocol

from isopolity.contracts.topic import Topic

Headers = Sequence[tuple[str, bytes]]


class TopicPartition(NamedTuple):
    """One partition of one topic."""

    topic: str
    partition: int


class Message(NamedTuple):
    """A message to publish. `value` None is a tombstone: compaction then forgets the key."""

    topic: str
    key: str
    value: bytes | None
    headers: Headers = ()
    timestamp: int | None = None
    """Its timestamp in milliseconds since 1970; None: the time of publishing."""


MAX_MESSAGE_BYTES: Final = 1_000_000
"""The largest message that we publish: Kafka's default limit, less room for the frame of a message."""
_HEADER_FRAME: Final = 4


def size_of(message: Message) -> int:
    """The bytes of key, value and headers, with the lengths that Kafka writes before the parts of a header."""
    headers = sum(len(name.encode()) + len(value or b"") + _HEADER_FRAME for name, value in message.headers)
    return len(message.key.encode()) + len(message.value or b"") + headers


class Place(NamedTuple):
    """Where a message was written; `offset` is None if the broker, after a retry, did not return it."""

    topic: str
    partition: int
    offset: int | None


def moment_of(milliseconds: int) -> datetime | None:
    """The moment that many milliseconds after 1970 began; None before that, and after the last possible date."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds >= 0 else None
    except (ValueError, OverflowError, OSError):
        return None


class Record(NamedTuple):
    """A message at its place in the log; `timestamp` is in milliseconds since 1970."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: str | None
    value: bytes | None
    headers: Headers

    @property
    def written_at(self) -> datetime | None:
        """When it was written; None for a timestamp that is no moment, which some writers set."""
        return moment_of(self.timestamp)


class Batch(NamedTuple):
    """Records of one partition, in order; `next_offset` is what to commit once all of them are processed.

    It may be beyond the last record, and there may be no records at all: some places in a log have no record to read
    (markers of transactions, compacted records).
    """

    partition: TopicPartition
    records: Sequence[Record]
    next_offset: int


class Bounds(NamedTuple):
    """The first offset that a partition keeps, and the offset after its last record."""

    start: int
    end: int

    @property
    def held(self) -> str:
        """The kept offsets in words, from the first to the last."""
        return f"the offsets {self.start} to {self.end - 1}" if self.start < self.end else "nothing"


class GroupMember(NamedTuple):
    """A member of a consumer group: its process, its host as the broker sees it, and its partitions."""

    client: str
    host: str
    partitions: frozenset[TopicPartition]


PartitionsCallback = Callable[[frozenset[TopicPartition]], Awaitable[None]]


class Producer(Protocol):
    """Publishes messages; a producer with a transactional id is fenced when another with the same id starts."""

    async def publish(self, messages: Sequence[Message]) -> Sequence[Place]:
        """Publish all, in order per key; returns the place of each once all are durable.

        With a transactional id either all become visible or none. Raises BrokerUnavailable when the outcome is unknown
        (publish again: readers de-duplicate by id), BrokerRefused when a message is not allowed, RecordTooLarge when
        one is too large, and, with a transactional id only, ProducerFenced when a successor has taken over. After
        BrokerUnavailable a producer with a transactional id is unusable, and raises it on every call: open another,
        which fences this one's unfinished transactions.
        """


class Consumer(Protocol):
    """A member of a consumer group with a share of the partitions; reads from the committed offset, or the start."""

    async def fetch(self, *, limit: int, timeout: float) -> Sequence[Batch]:
        """The next records of assigned partitions that are not paused; empty after `timeout` seconds without any.

        All returned partitions are still assigned at the moment of return.
        """

    def pause(self, partitions: Iterable[TopicPartition]) -> None:
        """Stop fetching from these partitions; the consumer stays a member of the group."""

    def resume(self, partitions: Iterable[TopicPartition]) -> None:
        """Fetch from them again."""

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Record the next offset to read of each partition. Revoked partitions are ignored."""

    async def seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Read these assigned partitions from the given offsets on."""

    async def seek_to_start(self) -> None:
        """Read every assigned partition from its first record."""

    def assignment(self) -> frozenset[TopicPartition]:
        """The partitions that are assigned now."""

    async def lag(self) -> Mapping[TopicPartition, int]:
        """How far each assigned partition is behind; see MessageBroker.group_lag."""


class Reader(Protocol):
    """Reads all partitions of its topics from the start, without a group and without commits."""

    async def fetch(self, *, limit: int, timeout: float) -> Sequence[Batch]:
        """The next records, as from `Consumer.fetch`."""

    async def end_offsets(self) -> Mapping[TopicPartition, int]:
        """The offset after the last record of each partition."""

    async def position(self) -> Mapping[TopicPartition, int]:
        """The offset that is read next in each partition; equal to the end offset when all is read."""

    async def seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Read these partitions from the given offsets on."""


class MessageBroker(Protocol):
    """A broker; producers, consumers and readers are closed when their context ends."""

    async def ensure_topics(self, topics: Sequence[Topic]) -> None:
        """Create missing topics by the catalogue. Raises TopicMismatch if an existing one has other partitions."""

    def producer(self, transactional_id: str | None = None) -> AbstractAsyncContextManager[Producer]:
        """A producer; with a transactional id it fences every earlier producer of that id."""

    def consumer(
        self,
        group: str,
        topics: Sequence[str],
        *,
        on_assigned: PartitionsCallback | None = None,
        on_revoked: PartitionsCallback | None = None,
    ) -> AbstractAsyncContextManager[Consumer]:
        """A member of `group`. `on_revoked` ends before the partitions go to another member; not called on closing."""

    def reader(self, topics: Sequence[str]) -> AbstractAsyncContextManager[Reader]:
        """A reader from the start."""

    async def group_lag(self, group: str, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        """How far `group` is behind, for all partitions of `topics`, in any process.

        0 if and only if there is no readable record after the committed offset (markers of transactions, aborted and
        compacted records are not readable); else the distance from the first readable record to the end.
        """

    async def bounds(self, topics: Sequence[str]) -> Mapping[TopicPartition, Bounds]:
        """The bounds of all partitions of `topics`.

        There may be no record between them, since records may be compacted, and markers of transactions are not
        records.
        """

    async def offsets_at(self, topics: Sequence[str], moment: datetime) -> Mapping[TopicPartition, int]:
        """The offset of the first record at or after `moment` in each partition of `topics`; the end without one."""

    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        """The offset that `group` reads next, in those partitions of `topics` for which it has committed one."""

    async def move_group(self, group: str, offsets: Mapping[TopicPartition, int]) -> None:
        """Let `group` read these partitions from the given offsets on, once it consumes again.

        Raises GroupInUse while it has members, which would go on from their own offsets.
        """

    async def members(self, group: str) -> Sequence[GroupMember]:
        """The present members of `group`; empty if nothing consumes."""

    def for_readers(self) -> Mapping[str, Any]:
        """How another process opens this broker for reading, as JSON; it may hold secrets, so it goes nowhere else."""

    async def ping(self) -> None:
        """Return if the broker answers; raise BrokerUnavailable otherwise."""


@cache
def this_process() -> str:
    """The name of this process as a member of groups: its host and its process id."""
    return f"{gethostname()}-{getpid()}"


_quoted: Final = json.JSONEncoder().encode
"""Writes a text as JSON; alone it costs a third of its cost in a list."""


def dump_headers(headers: Headers) -> str:
    """The text for `headers`; bytes are kept one to one as Latin-1."""
    pairs = [f"[{_quoted(name)}, {_quoted(value.decode('latin-1'))}]" for name, value in headers]
    return f"[{', '.join(pairs)}]"


def load_headers(text: str) -> list[tuple[str, bytes]]:
    """The headers in `text`."""
    return [(name, value.encode("latin-1")) for name, value in json.loads(text)]

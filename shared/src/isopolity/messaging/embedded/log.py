"""The embedded broker's log in SQLite; synchronous, and called from one worker thread only.

Invariant: each method is one transaction; an end offset never goes back, whatever compaction and retention delete;
a compacted topic holds one row a key.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from isopolity.contracts.topic import Topic
from isopolity.machine.stores import try_room
from isopolity.messaging.broker import Batch, Message, Place, Record, TopicPartition, dump_headers, load_headers
from isopolity.messaging.errors import BrokerRefused, ProducerFenced, TopicMismatch
from isopolity.messaging.generations import first_partition, generation_of, mismatch, partition_of

TOMBSTONE_MS: Final = 24 * 3600 * 1000
"""How long a tombstone is kept, so that slow readers see it (Kafka's delete.retention.ms)."""
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS topic (
    name TEXT PRIMARY KEY, partitions INTEGER NOT NULL, retention_ms INTEGER -- NULL: compacted
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS partition (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL REFERENCES topic (name), number INTEGER NOT NULL,
    end_offset INTEGER NOT NULL DEFAULT 0, UNIQUE (topic, number)
);
CREATE TABLE IF NOT EXISTS record (
    partition_id INTEGER NOT NULL REFERENCES partition (id), offset INTEGER NOT NULL, timestamp INTEGER NOT NULL,
    key TEXT NOT NULL, value BLOB, headers TEXT NOT NULL, UNIQUE (partition_id, offset)
);
CREATE INDEX IF NOT EXISTS record_by_key ON record (partition_id, key);
CREATE TABLE IF NOT EXISTS group_offset (
    consumer_group TEXT NOT NULL, partition_id INTEGER NOT NULL REFERENCES partition (id),
    next_offset INTEGER NOT NULL, PRIMARY KEY (consumer_group, partition_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS producer_epoch (transactional_id TEXT PRIMARY KEY, epoch INTEGER NOT NULL) WITHOUT ROWID;
"""


_Row = tuple[int, int, int, str, bytes | None, str]


def open_log(path: Path) -> sqlite3.Connection:
    """The log at `path`, created if missing, for the process that owns it; its folder must exist."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(_SCHEMA)
    return connection


def open_log_read_only(path: Path) -> sqlite3.Connection:
    """The log at `path` for a process that reads while the owner writes. Raises sqlite3.OperationalError."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
    )


class EmbeddedLog:
    """Topics, records, group offsets and producer epochs of one file."""

    def __init__(self, connection: sqlite3.Connection, generation: int = 1) -> None:
        self._connection = connection
        self._generation = generation
        self.path = str(connection.execute("PRAGMA database_list").fetchone()[2])
        self._ids: dict[TopicPartition, int] = {}
        self._numbers: dict[str, range] = {}
        self._compacted: set[int] = set()
        self.ends: dict[TopicPartition, int] = {}
        """End offsets as committed; may be read from any thread."""
        self.refresh()

    def close(self) -> None:
        self._connection.close()

    def refresh(self) -> None:
        """Read topics and end offsets from the file."""
        self._numbers = {
            name: range(first, first + partitions)
            for name, partitions, first in self._connection.execute(
                "SELECT name, partitions, min(number) FROM topic JOIN partition ON topic = name GROUP BY name"
            )
        }
        for number, topic, partition, end, compacted in self._connection.execute(
            "SELECT id, topic, number, end_offset, retention_ms IS NULL FROM partition JOIN topic ON name = topic"
        ):
            place = TopicPartition(topic, partition)
            self._ids[place] = number
            self.ends[place] = end
            if compacted:
                self._compacted.add(number)

    def try_writing(self) -> None:
        """Write the file's version unchanged, to see whether the disk can be written and has room."""
        with self._transaction():
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            self._connection.execute(f"PRAGMA user_version = {version}")
        try_room(Path(self.path).parent)

    def places(self, topics: Sequence[str]) -> list[TopicPartition]:
        """All partitions of `topics`. Raises BrokerRefused where a topic does not exist."""
        return [TopicPartition(topic, n) for topic in topics for n in self._numbers_of(topic)]

    def ensure_topics(self, topics: Sequence[Topic], partitions: Mapping[str, int]) -> None:
        """Make the missing topics, as `MessageBroker.ensure_topics` says.

        `partitions` has the number of partitions of each topic whose number differs from the catalogue's.
        """
        with self._transaction():
            for topic in topics:
                self._ensure_topic(topic, partitions.get(topic.name, topic.partitions))
        self.refresh()

    def _ensure_topic(self, topic: Topic, partitions: int) -> None:
        known = self._numbers.get(topic.name)
        if known is not None and len(known) != partitions:
            raise TopicMismatch(mismatch(topic.name, len(known), partitions))
        first = first_partition(self._generation)
        if known is not None and known[0] != first:
            raise TopicMismatch(
                f"{self.path} holds topics of generation {generation_of(known[0])}, and {self._generation} is set: "
                "set ISOPOLITY_TOPIC_GENERATION as it was, or move the file away to have its topics made anew"
            )
        if known is None:
            retention = None if topic.retention is None else int(topic.retention.total_seconds() * 1000)
            self._connection.execute("INSERT INTO topic VALUES (?, ?, ?)", (topic.name, partitions, retention))
            self._connection.executemany(
                "INSERT INTO partition (topic, number) VALUES (?, ?)",
                [(topic.name, number) for number in range(first, first + partitions)],
            )

    def start_producer(self, transactional_id: str) -> int:
        """The epoch of a new producer with that id; all earlier ones are fenced from now on."""
        with self._transaction():
            (epoch,) = self._connection.execute(
                "INSERT INTO producer_epoch VALUES (?, 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1 RETURNING epoch",
                (transactional_id,),
            ).fetchone()
        return int(epoch)

    def publish(self, messages: Sequence[Message], timestamp: int, producer: tuple[str, int] | None) -> Sequence[Place]:
        """Append all in one transaction. `producer` is a transactional id with its epoch. Raises ProducerFenced."""
        rows, ends, places = self._rows(messages, timestamp)
        newest = {(row[0], row[3]): row for row in rows if row[0] in self._compacted}
        kept = [row for row in rows if row[0] not in self._compacted or newest[row[0], row[3]] is row]
        with self._transaction():
            self._check_epoch(producer)
            self._connection.executemany("DELETE FROM record WHERE partition_id = ? AND key = ?", newest.keys())
            self._connection.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)", kept)
            self._connection.executemany(
                "UPDATE partition SET end_offset = ? WHERE id = ?", [(end, self._ids[p]) for p, end in ends.items()]
            )
        self.ends.update(ends)
        return places

    def _rows(
        self, messages: Sequence[Message], timestamp: int
    ) -> tuple[list[_Row], dict[TopicPartition, int], list[Place]]:
        ends: dict[TopicPartition, int] = {}
        rows: list[_Row] = []
        places: list[Place] = []
        for topic, key, value, headers, written in messages:
            numbers = self._numbers_of(topic)
            place = TopicPartition(topic, numbers[partition_of(key.encode(), len(numbers))])
            offset = ends.get(place, self.ends[place])
            ends[place] = offset + 1
            rows.append(
                (self._ids[place], offset, timestamp if written is None else written, key, value, dump_headers(headers))
            )
            places.append(Place(topic, place.partition, offset))
        return rows, ends, places

    def read(self, positions: Sequence[tuple[TopicPartition, int]], limit: int) -> list[Batch]:
        """Up to `limit` records from these positions on; partitions earlier in the list go first."""
        batches = []
        for place, position in positions:
            if limit <= 0:
                break
            records = [
                Record(place.topic, place.partition, offset, timestamp, key, value, load_headers(headers))
                for offset, timestamp, key, value, headers in self._connection.execute(
                    "SELECT offset, timestamp, key, value, headers FROM record"
                    " WHERE partition_id = ? AND offset >= ? ORDER BY offset LIMIT ?",
                    (self._ids[place], position, limit),
                )
            ]
            following = records[-1].offset + 1 if records else position
            if len(records) < limit:
                following = max(following, self.ends[place])
            batches.append(Batch(place, records, following))
            limit -= len(records)
        return batches

    def committed(self, group: str, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """The committed offset of each partition, or else the offset of its first record."""
        offsets = {}
        for place in places:
            (offset,) = self._connection.execute(
                "SELECT coalesce((SELECT next_offset FROM group_offset WHERE consumer_group = ? AND partition_id = ?),"
                " (SELECT min(offset) FROM record WHERE partition_id = ?), ?)",
                (group, self._ids[place], self._ids[place], self.ends[place]),
            ).fetchone()
            offsets[place] = int(offset)
        return offsets

    def lag(self, group: str, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """The distance from the group's first uncommitted record in each partition to the end; 0 without one."""
        lag = {}
        for place, committed in self.committed(group, places).items():
            (first,) = self._connection.execute(
                "SELECT min(offset) FROM record WHERE partition_id = ? AND offset >= ?", (self._ids[place], committed)
            ).fetchone()
            lag[place] = 0 if first is None else self.ends[place] - int(first)
        return lag

    def starts(self, places: Sequence[TopicPartition], since_ms: int = 0) -> dict[TopicPartition, int]:
        """The offset of the first record of each partition that is not older than `since_ms`; its end without one."""
        starts = {}
        for place in places:
            (offset,) = self._connection.execute(
                "SELECT min(offset) FROM record WHERE partition_id = ? AND timestamp >= ?", (self._ids[place], since_ms)
            ).fetchone()
            starts[place] = self.ends[place] if offset is None else int(offset)
        return starts

    def commits(self, group: str) -> dict[TopicPartition, int]:
        """The offsets that the group has committed."""
        rows = self._connection.execute(
            "SELECT topic, number, next_offset FROM group_offset JOIN partition ON id = partition_id"
            " WHERE consumer_group = ?",
            (group,),
        )
        return {TopicPartition(topic, number): offset for topic, number, offset in rows}

    def commit(self, group: str, offsets: Mapping[TopicPartition, int]) -> None:
        """Record the next offset to read of each partition."""
        with self._transaction():
            self._connection.executemany(
                "INSERT INTO group_offset VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset",
                [(group, self._ids[place], offset) for place, offset in offsets.items()],
            )

    def sweep(self, now_ms: int) -> None:
        """Delete records that are older than their topic keeps, and old tombstones."""
        with self._transaction():
            self._connection.execute(
                "DELETE FROM record WHERE rowid IN (SELECT record.rowid FROM record"
                " JOIN partition ON partition.id = partition_id JOIN topic ON topic.name = topic"
                " WHERE (retention_ms IS NOT NULL AND timestamp < ? - retention_ms)"
                " OR (retention_ms IS NULL AND value IS NULL AND timestamp < ?))",
                (now_ms, now_ms - TOMBSTONE_MS),
            )

    def _check_epoch(self, producer: tuple[str, int] | None) -> None:
        if producer is None:
            return
        (epoch,) = self._connection.execute(
            "SELECT epoch FROM producer_epoch WHERE transactional_id = ?", producer[:1]
        ).fetchone()
        if epoch != producer[1]:
            raise ProducerFenced("another producer with this transactional id has started; stop publishing here")

    def _numbers_of(self, topic: str) -> range:
        try:
            return self._numbers[topic]
        except KeyError:
            raise BrokerRefused(f"the topic {topic} does not exist; create the topics first") from None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # SQLite has rolled back by itself where the disk is full
                self._connection.execute("ROLLBACK")
            raise

"""The tables of the embedded broker's log: one SQLite file, WAL, every commit on the disk before it returns."""

import sqlite3
from pathlib import Path
from typing import Final

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


def open_log(path: Path) -> sqlite3.Connection:
    """The log at `path`, created if missing, for the one process that owns it; its folder is there."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(_SCHEMA)
    return connection


def open_log_read_only(path: Path) -> sqlite3.Connection:
    """The log at `path` for a process that looks on while the owner writes. Raises sqlite3.OperationalError."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
    )

"""Tables that every service has: outbox, journal, parked events, audit, a restoration under way, samples, switches.

The table `inbox` exists for earlier releases: nothing writes to it, and a later release drops it.
"""

from dataclasses import dataclass

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

from isopolity.persistence.audit import audit_table
from isopolity.persistence.journal.table import journal_table
from isopolity.persistence.portable_sql import BigIdentity, JsonDocument, UtcDateTime


@dataclass(frozen=True, slots=True)
class MessagingTables:
    """The tables, bound to one service's metadata."""

    outbox: Table
    inbox: Table
    parked: Table
    audit: Table
    restorations: Table
    samples: Table
    sample_history: Table
    group_switches: Table
    journal: Table


def messaging_tables(metadata: MetaData) -> MessagingTables:
    """Define the tables in `metadata`; the service's migrations create them."""
    return MessagingTables(
        outbox=_outbox(metadata),
        inbox=_inbox(metadata),
        parked=_parked(metadata),
        audit=audit_table(metadata),
        restorations=_restorations(metadata),
        samples=_samples(metadata),
        sample_history=_sample_history(metadata),
        group_switches=_group_switches(metadata),
        journal=journal_table(metadata),
    )


def _outbox(metadata: MetaData) -> Table:
    return Table(
        "outbox",
        metadata,
        Column("id", BigIdentity, primary_key=True, autoincrement=True),
        Column("topic", String(200), nullable=False),
        Column("key", String(300), nullable=False),
        Column("value", LargeBinary),
        Column("headers", Text, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        Column("line", Text),
    )


def _inbox(metadata: MetaData) -> Table:
    return Table(
        "inbox",
        metadata,
        Column("event_id", String(100), primary_key=True),
        Column("source", String(200), primary_key=True),
        Column("seen_at", UtcDateTime, nullable=False, index=True),
    )


def _parked(metadata: MetaData) -> Table:
    return Table(
        "parked",
        metadata,
        Column("id", BigIdentity, primary_key=True, autoincrement=True),
        Column("awaited", String(300), nullable=False),
        Column("topic", String(200), nullable=False),
        Column("partition", Integer, nullable=False),
        Column("offset", BigIdentity, nullable=False),
        Column("timestamp", BigIdentity, nullable=False),
        Column("key", String(300)),
        Column("value", LargeBinary, nullable=False),
        Column("headers", Text, nullable=False),
        Column("parked_at", UtcDateTime, nullable=False),
        Column("event_id", String(300)),
        Index("ix_parked_awaited", "awaited"),
        Index("uq_parked_event", "event_id", unique=True),
    )


def _restorations(metadata: MetaData) -> Table:
    """One row while `republish --restored` is under way; otherwise empty."""
    return Table(
        "restorations",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("step", Integer, nullable=False),
        Column("source", String(200), nullable=False),
        Column("position", String(300), nullable=False),
        Column("findings", JsonDocument, nullable=False),
    )


def _samples(metadata: MetaData) -> Table:
    """The last sample of each name: a process, or the streams of the service."""
    return Table(
        "stream_samples",
        metadata,
        Column("name", String(200), primary_key=True),
        Column("at", UtcDateTime, nullable=False),
        Column("document", JsonDocument, nullable=False),
    )


def _sample_history(metadata: MetaData) -> Table:
    """For each quarter of an hour the number of events that were published, by topic."""
    return Table(
        "stream_history",
        metadata,
        Column("at", UtcDateTime, primary_key=True),
        Column("counts", JsonDocument, nullable=False),
    )


def _group_switches(metadata: MetaData) -> Table:
    """The switch of each consumer group that an operator has paused or resumed, with the reason."""
    return Table(
        "group_switches",
        metadata,
        Column("name", String(200), primary_key=True),
        Column("is_paused", Boolean, nullable=False),
        Column("changed_at", UtcDateTime, nullable=False),
        Column("reason", String(500), nullable=False),
        Column("resumed_at", UtcDateTime),
    )

"""notify's tables."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from isopolity.persistence.portable_sql import JsonDocument, UtcDateTime
from isopolity.persistence.tables import messaging_tables

metadata = MetaData()
messaging = messaging_tables(metadata)

_IN_CODE_POINTS = Text().with_variant(Text(collation="C"), "postgresql")
"""A text column that sorts by code points in both databases."""

ANSWERED = text("answered AND NOT confirmed")
"""Whether a contact answered and is not confirmed yet; the index and its query share this text."""

contacts = Table(
    "contacts",
    metadata,
    Column("contact_id", String(128), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("member_kind", String(64), nullable=False),
    Column("member_id", String(128), nullable=False, index=True),
    Column("role", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("forgotten", Boolean, nullable=False, server_default=false()),
    Column("confirmed", Boolean, nullable=False, server_default=true()),
    Column("answered", Boolean, nullable=False, server_default=false()),
    Column("moved", Boolean, nullable=False, server_default=false()),
    Index("ix_contacts_answered", "contact_id", postgresql_where=ANSWERED, sqlite_where=ANSWERED),
)
"""`answered`: the contact used a link in a mail, which confirms the address; registry must still hear about it."""

members = Table(
    "members",
    metadata,
    Column("member_id", String(128), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("member_kind", String(16), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("sort_name", _IN_CODE_POINTS, nullable=False),
    Column("search", Text, nullable=False),
    Column("country", String(2), nullable=False),
    Column("region", String(64), nullable=False),
    Column("changed_on", Date, nullable=False),
    Index("ix_members_sort_name", "sort_name", "member_id"),
)
"""Members as registry publishes them, for staff's lists."""

sides = Table(
    "sides",
    metadata,
    Column("proposal_id", String(128), primary_key=True),
    Column("side", String(64), primary_key=True),
    Column("member_id", String(128), nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("answered_on", Date),
    Index("ix_sides_member", "member_id", "answered_on"),
    Index("ix_sides_open", "member_id", postgresql_where=text("is_open"), sqlite_where=text("is_open")),
)
"""The member on each side of each proposal, with the day of its last answer, never the answer; for staff's lists."""

proposals = Table(
    "proposals",
    metadata,
    Column("proposal_id", String(128), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("stage", String(64), nullable=False),
    Column("document", JsonDocument, nullable=False),
)

partnerships = Table(
    "partnerships",
    metadata,
    Column("proposal_id", String(128), primary_key=True),
    Column("ended_at", UtcDateTime, nullable=False),
    Column("document", JsonDocument, nullable=False),
)
"""Ended partnerships, by the proposal that they resulted from."""

interests = Table(
    "interests",
    metadata,
    Column("interest_id", String(128), primary_key=True),
    Column("hear_by", UtcDateTime, nullable=False),
    Column("document", JsonDocument, nullable=False),
)
"""Ended interests that led to no agreement."""

mails = Table(
    "mails",
    metadata,
    Column("mail_id", String(128), primary_key=True),
    Column("occasion_id", String(128), nullable=False),
    Column("side", String(64), nullable=False),
    Column("purpose", String(64), nullable=False),
    Column("contact_id", String(128), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("state", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("owner", String(128), index=True),
    Column("reason", String(64)),
    Column("correlation_id", String(128), nullable=False),
    Column("causation_id", String(128)),
    Column("traceparent", String(200)),
    Column("link_voided_at", UtcDateTime),
    Column("link_bound", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("occasion_id", "side", "purpose", "contact_id", name="uq_mails_cause"),
    Index("ix_mails_due", "state", "due_at"),
    Index("ix_mails_of_contact", "contact_id", "state", "updated_at"),  # for mails that a contact lost or got
)

mail_servers = Table(
    "mail_servers",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("away_since", UtcDateTime),
    Column("reason", String(64)),
    Column("refuses", Boolean, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("try_at", UtcDateTime),
    Column("answered_at", UtcDateTime),
    Column("put_off", String(128)),
)
"""The state of the mail server: one row."""

ended_letters = Table(
    "ended_letters",
    metadata,
    Column("letter_id", String(128), primary_key=True),
    Column("ended_at", UtcDateTime, nullable=False, index=True),
)
"""Letters of registry's office whose mail has ended and that registry must still hear about."""

answers = Table(
    "answers",
    metadata,
    Column("proposal_id", String(128), primary_key=True),
    Column("side", String(64), primary_key=True),
    Column("response_id", String(128), nullable=False),
    Column("choice", String(64), nullable=False),
    Column("pending_until", Date),
    Column("reason", Text),
    Column("answered_at", UtcDateTime, nullable=False),
)

telephone_answers = Table(
    "telephone_answers",
    metadata,
    Column("proposal_id", String(128), primary_key=True),
    Column("side", String(64), primary_key=True),
    Column("call_id", String(128), nullable=False, unique=True),
    Column("member_id", String(128), nullable=False, index=True),
    Column("choice", String(64), nullable=False),
    Column("given_by", Text),
    Column("taken_by", Text),
    Column("given_on", Date, nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("entries", Integer, nullable=False),
)
"""The last answer that each side gave by telephone; a yes is in `answers` once a contact has confirmed it."""

sightings = Table(
    "sightings",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("sounded_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

watermarks = Table(
    "watermarks", metadata, Column("name", String(64), primary_key=True), Column("at", UtcDateTime, nullable=False)
)
"""The watermark: no answer is recorded with an earlier time."""

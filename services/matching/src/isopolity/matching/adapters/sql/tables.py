"""matching's tables. Two constraints carry promises: one open proposal a pair, one proposal a slot of capacity."""

from typing import Final

from sqlalchemy import Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, text

from isopolity.persistence.column_types import JsonDocument, UtcDateTime
from isopolity.persistence.tables import messaging_tables

METADATA: Final = MetaData()
MESSAGING: Final = messaging_tables(METADATA)
OPEN_STAGES: Final = "stage IN ('held', 'issued', 'answered')"

MEMBERS: Final = Table(
    "members",
    METADATA,
    Column("member_id", String(128), primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String(64), nullable=False),
    Column("capacities", JsonDocument, nullable=False),
    Column("suggested", Integer, nullable=False, server_default="0"),
)
"""`suggested` is the newest version for which single suggestions were made, 0 for none."""

PROPOSALS: Final = Table(
    "proposals",
    METADATA,
    Column("proposal_id", String(128), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("stage", String(64), nullable=False),
    Column("pair_key", String(420), nullable=False),
    Column("a_member_id", String(128), nullable=False, index=True),
    Column("b_member_id", String(128), nullable=False, index=True),
    Column("request_id", String(128), index=True),
    Column("round_id", String(128), index=True),
    Column("score", Float, nullable=False),
    Column("answer_by", UtcDateTime),
    Column("settled_at", UtcDateTime),
    Column("document", JsonDocument, nullable=False),
    Index(
        "uq_proposals_open_pair",
        "pair_key",
        unique=True,
        postgresql_where=text(OPEN_STAGES),
        sqlite_where=text(OPEN_STAGES),
    ),
    Index("ix_proposals_stage_answer_by", "stage", "answer_by"),
)

RESERVATIONS: Final = Table(
    "reservations",
    METADATA,
    Column("holder", String(280), primary_key=True),
    Column("slot", Integer, primary_key=True),
    Column("proposal_id", String(128), nullable=False, index=True),
)

PARTNERSHIPS: Final = Table(
    "partnerships",
    METADATA,
    Column("partnership_id", String(128), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("stage", String(64), nullable=False),
    Column("proposal_id", String(128), nullable=False, unique=True),
    Column("a_member_id", String(128), nullable=False, index=True),
    Column("b_member_id", String(128), nullable=False, index=True),
    Column("document", JsonDocument, nullable=False),
    Column("ended_at", UtcDateTime),
)

ROUNDS: Final = Table(
    "rounds",
    METADATA,
    Column("round_id", String(128), primary_key=True),
    Column("status", String(64), nullable=False, index=True),
    Column("document", JsonDocument, nullable=False),
)

CERTIFICATES: Final = Table(
    "certificates",
    METADATA,
    Column("round_id", String(128), primary_key=True),
    Column("document", LargeBinary, nullable=False),
)
"""What each round proves, as compressed JSON."""

ALTERNATES: Final = Table(
    "alternates",
    METADATA,
    Column("round_id", String(128), primary_key=True),
    Column("pair_key", String(420), primary_key=True),
    Column("a", String(280), nullable=False),
    Column("b", String(280), nullable=False),
)
"""The next best pairs of each round, for what is declined or never answered."""

SIGHTINGS: Final = Table(
    "sightings",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("sounded_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

WATERMARKS: Final = Table(
    "watermarks",
    METADATA,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("before", UtcDateTime, nullable=False),
)
"""By partition of the response topic: every answer given before that moment has been taken in."""

DELIVERIES: Final = Table(
    "deliveries",
    METADATA,
    Column("message_id", String(140), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("proposal_id", String(128), nullable=False),
    Column("side", String(64), nullable=False),
    Column("mailed_at", UtcDateTime),
    Index("ix_deliveries_proposal_id_side", "proposal_id", "side"),
)
"""The mails that put a proposal to a side, and when the mail server took each; null where none did or it came back."""

SEEN_STATES: Final = Table(
    "seen_states",
    METADATA,
    Column("name", String(420), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("rules_out", Boolean, nullable=False),
)
"""The newest state of each request and twinning that the worker has seen, and whether it rules proposals out."""

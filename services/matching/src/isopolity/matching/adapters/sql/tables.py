"""Matching's tables. Each aggregate has a row with the whole as a JSON document, and columns to find it by.

Invariants, by constraint: a pair has one open proposal, a slot of capacity one proposal or interest, and a member one
open interest in a pair.
"""

from typing import Final

from sqlalchemy import Boolean, Column, Date, Float, Index, Integer, LargeBinary, MetaData, String, Table, false, text

from isopolity.matching.domain.proposal import OPEN, Stage
from isopolity.persistence.idempotency_keys import idempotency_table
from isopolity.persistence.portable_sql import JsonDocument, UtcDateTime
from isopolity.persistence.tables import messaging_tables

metadata = MetaData()
messaging = messaging_tables(metadata)
OPEN_STAGES: Final = f"stage IN ({', '.join(repr(stage.value) for stage in Stage if stage in OPEN)})"
"""The SQL condition that a proposal is not settled; each migration has the text as of its writing."""


def _index_where(condition: str, name: str, *columns: str, unique: bool = False) -> Index:
    """An index of the rows for which a condition in SQL holds."""
    return Index(name, *columns, unique=unique, postgresql_where=text(condition), sqlite_where=text(condition))


members = Table(
    "members",
    metadata,
    Column("member_id", String(128), primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String(64), nullable=False),
    Column("capacities", JsonDocument, nullable=False),
    Column("suggested", Integer, nullable=False, server_default="0"),
    Column("waits", Boolean, nullable=False, server_default=false()),
)
"""`suggested` is the newest version for which single suggestions were made, 0 for none; a member `waits` for its own
until it may be proposed."""
Index("ix_members_waits", members.c.member_id, postgresql_where=members.c.waits, sqlite_where=members.c.waits)

proposals = Table(
    "proposals",
    metadata,
    Column("proposal_id", String(128), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("stage", String(64), nullable=False),
    Column("pair_key", String(420), nullable=False),
    Column("a_member_id", String(128), nullable=False, index=True),
    Column("b_member_id", String(128), nullable=False, index=True),
    Column("request_id", String(128), index=True),
    Column("round_id", String(128), index=True),
    Column("score", Float, nullable=False),
    Column("out_at", UtcDateTime),
    Column("answer_by", UtcDateTime),
    Column("a_answer_by", UtcDateTime),
    Column("b_answer_by", UtcDateTime),
    Column("settled_at", UtcDateTime),
    Column("document", JsonDocument, nullable=False),
    _index_where(OPEN_STAGES, "uq_proposals_open_pair", "pair_key", unique=True),
    Index("ix_proposals_stage_answer_by", "stage", "answer_by"),
    Index("ix_proposals_settled_at", "settled_at", "stage", "pair_key"),
)

IS_UNSETTLED: Final = "settled_at IS NULL"
"""The SQL condition that the proposal of an answer is open; the migration has the text as of its writing."""

answers = Table(
    "answers",
    metadata,
    Column("proposal_id", String(128), primary_key=True),
    Column("side", String(64), primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("member", String(280), nullable=False),
    Column("reply", Integer, nullable=False),
    Column("settled_at", UtcDateTime, index=True),
    *(Column(name, Float) for name in ("weight", "silence")),
    Column("cell", String(64)),
    Column("record", Integer),
    Index("ix_answers_member", "member", "settled_at"),
    _index_where(IS_UNSETTLED, "ix_answers_unsettled", "kind", "member", "reply"),
)
"""The answer or the silence of each side of a proposal, by the member's key; `reply` is a number of `Reply`. `weight`,
and for a silence `silence` too, are its weights under forward decay, null as long as the proposal is open, as `record`
is: how the side had answered before. `cell` says how the two stood to each other; null for releases without cells."""

answer_counts = Table(
    "answer_counts",
    metadata,
    Column("kind", String(64), primary_key=True),
    Column("member", String(280), primary_key=True),
    Column("number", Integer, nullable=False),
    *(Column(name, Float, nullable=False) for name in ("weight", "yes")),
    Index("ix_answer_counts_member", "member"),
)
"""By kind and member's key: the number of its answers in settled proposals, and the sums of their weights, of all
(`weight`) and of each yes (`yes`)."""

_SILENCE = Column("silence", Float, nullable=False)
silence_counts = Table("silence_counts", metadata, Column("member", String(280), primary_key=True), _SILENCE)
"""By member's key: the weight of its silences since its last answer of any kind."""

cell_counts = Table(
    "cell_counts",
    metadata,
    Column("day", Date, primary_key=True),
    *(Column(name, String(64), primary_key=True) for name in ("kind", "role", "cell")),
    Column("number", Integer, nullable=False),
    *(Column(name, Float, nullable=False) for name in ("weight", "yes")),
)
"""By day of settling in UTC: the number of answers and the sums of weights, as above. The cell ends with the record."""

settled_counts = Table(
    "settled_counts",
    metadata,
    Column("day", Date, primary_key=True),
    Column("stage", String(64), primary_key=True),
    Column("number", Integer, nullable=False),
)
"""The number of proposals settled on each day, in UTC, by stage."""

uncounted = Table(
    "uncounted",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("settled_at", UtcDateTime),
    Column("proposal_id", String(128)),
)
"""One row while answers are still being counted, with the last settled proposal that was entered; else no row."""

IS_OPEN: Final = "stage = 'open'"
"""The SQL condition that an interest is open; the migration has the text as of its writing."""

interests = Table(
    "interests",
    metadata,
    Column("interest_id", String(128), primary_key=True),
    Column("member_id", String(128), nullable=False),
    Column("other_id", String(128), nullable=False, index=True),
    Column("pair_key", String(420), nullable=False, index=True),
    Column("stage", String(64), nullable=False),
    Column("hear_by", UtcDateTime, nullable=False),
    Column("proposal_id", String(128)),
    Column("key", String(255)),
    Column("document", JsonDocument, nullable=False),
    _index_where(IS_OPEN, "uq_interests_open_pair", "member_id", "pair_key", unique=True),
    Index("uq_interests_key", "member_id", "key", unique=True),
    Index("ix_interests_stage_hear_by", "stage", "hear_by"),
)
"""The interests of members in introductions; `key` is the Idempotency-Key of the HTTP request."""

reservations = Table(
    "reservations",
    metadata,
    Column("holder", String(280), primary_key=True),
    Column("slot", Integer, primary_key=True),
    Column("proposal_id", String(128), nullable=False, index=True),
)

partnerships = Table(
    "partnerships",
    metadata,
    Column("partnership_id", String(128), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("stage", String(64), nullable=False),
    Column("proposal_id", String(128), nullable=False, unique=True),
    Column("a_member_id", String(128), nullable=False, index=True),
    Column("b_member_id", String(128), nullable=False, index=True),
    Column("document", JsonDocument, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("is_shown", Boolean, nullable=False, server_default=false()),
)

set_amounts = Table(
    "set_amounts",
    metadata,
    Column("request_id", String(128), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("document", JsonDocument, nullable=False),
)
"""The amounts of requests in other currencies, which staff has set."""

rounds = Table(
    "rounds",
    metadata,
    Column("round_id", String(128), primary_key=True),
    Column("status", String(64), nullable=False, index=True),
    Column("document", JsonDocument, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("round_id", String(128), primary_key=True),
    Column("status", String(64), nullable=False, index=True),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("document", JsonDocument, nullable=False),
    Column("problem", LargeBinary, nullable=False),
    Column("choice", LargeBinary, nullable=False),
)
"""The draft of each round under hold; `problem` and `choice` are its numbers, as `draft_numbers` writes them."""

draft_edits = Table(
    "draft_edits",
    metadata,
    Column("round_id", String(128), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("document", JsonDocument, nullable=False),
)
"""The edits of each draft, with their authors and effects."""

publications = Table(
    "publications",
    metadata,
    Column("round_id", String(128), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("document", JsonDocument, nullable=False),
    Column("report", LargeBinary),
)
"""The publications of each round, undone or not; `report` is frozen, as compressed JSON, and null without a draft."""

certificates = Table(
    "certificates",
    metadata,
    Column("round_id", String(128), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("document", LargeBinary, nullable=False),
    Column("sealed", LargeBinary),
)
"""The certificate of each publication of a round, and the members that were sealed with it, as compressed JSON."""

alternates = Table(
    "alternates",
    metadata,
    Column("round_id", String(128), primary_key=True),
    Column("pair_key", String(420), primary_key=True),
    Column("a", String(280), nullable=False),
    Column("b", String(280), nullable=False),
)
"""The next best pairs of each round, used when proposals are declined or not answered."""

sightings = Table(
    "sightings",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("sounded_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

watermarks = Table(
    "watermarks",
    metadata,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("before", UtcDateTime, nullable=False),
)
"""By partition of the response topic: the moment before which every answer has been recorded."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("message_id", String(140), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("proposal_id", String(128), nullable=False),
    Column("side", String(64), nullable=False),
    Column("mailed_at", UtcDateTime),
    Index("ix_deliveries_proposal_id_side", "proposal_id", "side"),
)
"""The mails that bring a proposal to a side, with the moment at which the server took each; null if it did not, or if
the mail came back."""

seen_states = Table(
    "seen_states",
    metadata,
    Column("name", String(420), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("rules_out", Boolean, nullable=False),
)
"""The newest state of each request and twinning that the worker has seen, and whether it excludes proposals."""

round_templates = Table(
    "round_templates",
    metadata,
    Column("template_id", String(128), primary_key=True),
    Column("name_key", String(400), nullable=False, unique=True),
    Column("document", JsonDocument, nullable=False),
)
"""The plans of rounds that staff has saved under a name."""

choices = Table(
    "choices",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("chosen_at", UtcDateTime, nullable=False),
    Column("chosen_by", String(300), nullable=False),
    Column("document", JsonDocument, nullable=False),
)
"""Settings that staff has chosen; the row with the largest number holds."""

idempotency = idempotency_table(metadata)

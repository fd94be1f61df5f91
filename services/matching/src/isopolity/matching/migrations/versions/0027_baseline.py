"""The tables of a database that is new. The network as matching knows it, rounds, drafts, proposals, answers.

A database of an earlier commit is brought to this revision by commit e4c2631f5 (ADR 0090).
"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import Operations

from isopolity.persistence.migration_steps import create_shared_tables, drop_shared_tables
from isopolity.persistence.portable_sql import JsonDocument, UtcDateTime

revision = "0027"
down_revision = None
TABLES = (
    "alternates",
    "answer_counts",
    "answers",
    "certificates",
    "choices",
    "deliveries",
    "draft_edits",
    "drafts",
    "idempotency",
    "interests",
    "members",
    "partnerships",
    "proposals",
    "publications",
    "reservations",
    "rounds",
    "seen_states",
    "set_amounts",
    "settled_counts",
    "sightings",
    "silence_counts",
    "uncounted",
    "watermarks",
)


def upgrade() -> None:
    create_shared_tables(Operations(op.get_context()))
    _create_alternates()
    _create_answer_counts()
    _create_answers()
    _create_certificates()
    _create_choices()
    _create_deliveries()
    _create_draft_edits()
    _create_drafts()
    _create_idempotency()
    _create_interests()
    _create_members()
    _create_partnerships()
    _create_proposals()
    _create_publications()
    _create_reservations()
    _create_rounds()
    _create_seen_states()
    _create_set_amounts()
    _create_settled_counts()
    _create_sightings()
    _create_silence_counts()
    _create_uncounted()
    _create_watermarks()


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
    drop_shared_tables(Operations(op.get_context()))


def _create_alternates() -> None:
    op.create_table(
        "alternates",
        sa.Column("round_id", sa.String(length=128), nullable=False),
        sa.Column("pair_key", sa.String(length=420), nullable=False),
        sa.Column("a", sa.String(length=280), nullable=False),
        sa.Column("b", sa.String(length=280), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "pair_key"),
    )


def _create_answer_counts() -> None:
    op.create_table(
        "answer_counts",
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=280), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("yes", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "member"),
    )
    op.create_index("ix_answer_counts_member", "answer_counts", ["member"])


def _create_answers() -> None:
    op.create_table(
        "answers",
        sa.Column("proposal_id", sa.String(length=128), nullable=False),
        sa.Column("side", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=280), nullable=False),
        sa.Column("reply", sa.Integer(), nullable=False),
        sa.Column("settled_at", UtcDateTime, nullable=True),
        sa.Column("weight", sa.Float(), nullable=True),
        sa.Column("silence", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("proposal_id", "side"),
    )
    op.create_index("ix_answers_member", "answers", ["member", "settled_at"])
    op.create_index(
        "ix_answers_unsettled",
        "answers",
        ["kind", "member", "reply"],
        postgresql_where=sa.text("settled_at IS NULL"),
        sqlite_where=sa.text("settled_at IS NULL"),
    )


def _create_certificates() -> None:
    op.create_table(
        "certificates",
        sa.Column("round_id", sa.String(length=128), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "number", name="numbered_certificates_pkey"),
    )


def _create_choices() -> None:
    op.create_table(
        "choices",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chosen_at", UtcDateTime, nullable=False),
        sa.Column("chosen_by", sa.String(length=300), nullable=False),
        sa.Column("document", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("message_id", sa.String(length=140), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.String(length=128), nullable=False),
        sa.Column("side", sa.String(length=64), nullable=False),
        sa.Column("mailed_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_index("ix_deliveries_proposal_id_side", "deliveries", ["proposal_id", "side"])


def _create_draft_edits() -> None:
    op.create_table(
        "draft_edits",
        sa.Column("round_id", sa.String(length=128), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("round_id", "number"),
    )


def _create_drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("round_id", sa.String(length=128), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("document", JsonDocument, nullable=False),
        sa.Column("problem", sa.LargeBinary(), nullable=False),
        sa.Column("choice", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("round_id"),
    )
    op.create_index("ix_drafts_status", "drafts", ["status"])


def _create_idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("caller", sa.String(length=300), nullable=False),
        sa.Column("idempotency_key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("caller", "idempotency_key"),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])


def _create_interests() -> None:
    op.create_table(
        "interests",
        sa.Column("interest_id", sa.String(length=128), nullable=False),
        sa.Column("member_id", sa.String(length=128), nullable=False),
        sa.Column("other_id", sa.String(length=128), nullable=False),
        sa.Column("pair_key", sa.String(length=420), nullable=False),
        sa.Column("stage", sa.String(length=64), nullable=False),
        sa.Column("hear_by", UtcDateTime, nullable=False),
        sa.Column("proposal_id", sa.String(length=128), nullable=True),
        sa.Column("key", sa.String(length=255), nullable=True),
        sa.Column("document", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("interest_id"),
    )
    op.create_index("ix_interests_other_id", "interests", ["other_id"])
    op.create_index("ix_interests_pair_key", "interests", ["pair_key"])
    op.create_index("ix_interests_stage_hear_by", "interests", ["stage", "hear_by"])
    op.create_index("uq_interests_key", "interests", ["member_id", "key"], unique=True)
    op.create_index(
        "uq_interests_open_pair",
        "interests",
        ["member_id", "pair_key"],
        unique=True,
        postgresql_where=sa.text("stage = 'open'"),
        sqlite_where=sa.text("stage = 'open'"),
    )


def _create_members() -> None:
    op.create_table(
        "members",
        sa.Column("member_id", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("capacities", JsonDocument, nullable=False),
        sa.Column("suggested", sa.Integer(), server_default="0", nullable=False),
        sa.Column("waits", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("member_id"),
    )
    op.create_index(
        "ix_members_waits", "members", ["member_id"], postgresql_where=sa.text("waits"), sqlite_where=sa.text("waits")
    )


def _create_partnerships() -> None:
    op.create_table(
        "partnerships",
        sa.Column("partnership_id", sa.String(length=128), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=64), nullable=False),
        sa.Column("proposal_id", sa.String(length=128), nullable=False),
        sa.Column("a_member_id", sa.String(length=128), nullable=False),
        sa.Column("b_member_id", sa.String(length=128), nullable=False),
        sa.Column("document", JsonDocument, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("is_shown", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("partnership_id"),
        sa.UniqueConstraint("proposal_id"),
    )
    op.create_index("ix_partnerships_a_member_id", "partnerships", ["a_member_id"])
    op.create_index("ix_partnerships_b_member_id", "partnerships", ["b_member_id"])


def _create_proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("proposal_id", sa.String(length=128), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=64), nullable=False),
        sa.Column("pair_key", sa.String(length=420), nullable=False),
        sa.Column("a_member_id", sa.String(length=128), nullable=False),
        sa.Column("b_member_id", sa.String(length=128), nullable=False),
        sa.Column("request_id", sa.String(length=128), nullable=True),
        sa.Column("round_id", sa.String(length=128), nullable=True),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("out_at", UtcDateTime, nullable=True),
        sa.Column("answer_by", UtcDateTime, nullable=True),
        sa.Column("a_answer_by", UtcDateTime, nullable=True),
        sa.Column("b_answer_by", UtcDateTime, nullable=True),
        sa.Column("settled_at", UtcDateTime, nullable=True),
        sa.Column("document", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("proposal_id"),
    )
    op.create_index("ix_proposals_a_member_id", "proposals", ["a_member_id"])
    op.create_index("ix_proposals_b_member_id", "proposals", ["b_member_id"])
    op.create_index("ix_proposals_request_id", "proposals", ["request_id"])
    op.create_index("ix_proposals_round_id", "proposals", ["round_id"])
    op.create_index("ix_proposals_settled_at", "proposals", ["settled_at", "stage", "pair_key"])
    op.create_index("ix_proposals_stage_answer_by", "proposals", ["stage", "answer_by"])
    op.create_index(
        "uq_proposals_open_pair",
        "proposals",
        ["pair_key"],
        unique=True,
        postgresql_where=sa.text("stage IN ('held', 'scheduled', 'issued', 'answered')"),
        sqlite_where=sa.text("stage IN ('held', 'scheduled', 'issued', 'answered')"),
    )


def _create_publications() -> None:
    op.create_table(
        "publications",
        sa.Column("round_id", sa.String(length=128), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", JsonDocument, nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("round_id", "number"),
    )


def _create_reservations() -> None:
    op.create_table(
        "reservations",
        sa.Column("holder", sa.String(length=280), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("holder", "slot"),
    )
    op.create_index("ix_reservations_proposal_id", "reservations", ["proposal_id"])


def _create_rounds() -> None:
    op.create_table(
        "rounds",
        sa.Column("round_id", sa.String(length=128), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("document", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("round_id"),
    )
    op.create_index("ix_rounds_status", "rounds", ["status"])


def _create_seen_states() -> None:
    op.create_table(
        "seen_states",
        sa.Column("name", sa.String(length=420), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rules_out", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _create_set_amounts() -> None:
    op.create_table(
        "set_amounts",
        sa.Column("request_id", sa.String(length=128), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("document", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("request_id", "currency"),
    )


def _create_settled_counts() -> None:
    op.create_table(
        "settled_counts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("stage", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "stage"),
    )


def _create_sightings() -> None:
    op.create_table(
        "sightings",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("sounded_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _create_silence_counts() -> None:
    op.create_table(
        "silence_counts",
        sa.Column("member", sa.String(length=280), nullable=False),
        sa.Column("silence", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("member"),
    )


def _create_uncounted() -> None:
    op.create_table(
        "uncounted",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("settled_at", UtcDateTime, nullable=True),
        sa.Column("proposal_id", sa.String(length=128), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )


def _create_watermarks() -> None:
    op.create_table(
        "watermarks",
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("before", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("partition"),
    )

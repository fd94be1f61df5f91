"""The first tables: members, proposals, reservations, partnerships, rounds, sightings, and those of messaging."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.migration_steps.shared_tables import create_messaging_tables, drop_messaging_tables
from isopolity.persistence.portable_sql import JsonDocument, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_OPEN = sa.text("stage IN ('held', 'issued', 'answered')")


def upgrade() -> None:
    create_messaging_tables(op)  # type: ignore[arg-type] # alembic's op module proxies an Operations object
    op.create_table(
        "members",
        sa.Column("member_id", sa.String(128), primary_key=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("capacities", JsonDocument, nullable=False),
    )
    _create_proposals()
    op.create_table(
        "reservations",
        sa.Column("holder", sa.String(280), primary_key=True),
        sa.Column("slot", sa.Integer, primary_key=True),
        sa.Column("proposal_id", sa.String(128), nullable=False),
    )
    op.create_index("ix_reservations_proposal_id", "reservations", ["proposal_id"])
    _create_partnerships()
    _create_rounds()
    op.create_table(
        "sightings",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("sounded_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    for table in ("sightings", "rounds", "partnerships", "reservations", "proposals", "members"):
        op.drop_table(table)
    drop_messaging_tables(op)  # type: ignore[arg-type] # as above


def _create_proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("proposal_id", sa.String(128), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("stage", sa.String(64), nullable=False),
        sa.Column("pair_key", sa.String(420), nullable=False),
        sa.Column("a_member_id", sa.String(128), nullable=False),
        sa.Column("b_member_id", sa.String(128), nullable=False),
        sa.Column("request_id", sa.String(128)),
        sa.Column("round_id", sa.String(128)),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("answer_by", UtcDateTime),
        sa.Column("settled_at", UtcDateTime),
        sa.Column("document", JsonDocument, nullable=False),
    )
    op.create_index(
        "uq_proposals_open_pair", "proposals", ["pair_key"], unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN
    )
    op.create_index("ix_proposals_stage_answer_by", "proposals", ["stage", "answer_by"])
    for column in ("a_member_id", "b_member_id", "request_id", "round_id"):
        op.create_index(f"ix_proposals_{column}", "proposals", [column])


def _create_partnerships() -> None:
    op.create_table(
        "partnerships",
        sa.Column("partnership_id", sa.String(128), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("stage", sa.String(64), nullable=False),
        sa.Column("proposal_id", sa.String(128), nullable=False, unique=True),
        sa.Column("a_member_id", sa.String(128), nullable=False),
        sa.Column("b_member_id", sa.String(128), nullable=False),
        sa.Column("document", JsonDocument, nullable=False),
    )
    for column in ("a_member_id", "b_member_id"):
        op.create_index(f"ix_partnerships_{column}", "partnerships", [column])


def _create_rounds() -> None:
    op.create_table(
        "rounds",
        sa.Column("round_id", sa.String(128), primary_key=True),
        sa.Column("seed", sa.Integer, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime, nullable=False),
        sa.Column("members", sa.Integer, nullable=False),
        sa.Column("candidates", sa.Integer, nullable=False),
        sa.Column("proposed", sa.Integer, nullable=False),
        sa.Column("issued", sa.Integer, nullable=False),
        sa.Column("skipped", sa.Integer, nullable=False),
    )

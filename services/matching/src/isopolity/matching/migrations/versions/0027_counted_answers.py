"""Answers are kept as counts by member, and settled proposals as counts by day; those of before are counted later."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_IS_UNSETTLED = sa.text("settled_at IS NULL")


def upgrade() -> None:
    """Earlier proposals are counted as soon as the service runs; the row in `uncounted` stays until that is done."""
    op.create_index("ix_proposals_settled_at", "proposals", ["settled_at", "stage", "pair_key"])
    op.create_table(
        "answers",
        sa.Column("proposal_id", sa.String(128), primary_key=True),
        sa.Column("side", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("member", sa.String(280), nullable=False),
        sa.Column("reply", sa.Integer, nullable=False),
        sa.Column("settled_at", UtcDateTime),
        sa.Column("weight", sa.Float),
        sa.Column("silence", sa.Float),
    )
    op.create_index("ix_answers_member", "answers", ["member", "settled_at"])
    op.create_index(
        "ix_answers_unsettled",
        "answers",
        ["kind", "member", "reply"],
        postgresql_where=_IS_UNSETTLED,
        sqlite_where=_IS_UNSETTLED,
    )
    op.create_table(
        "answer_counts",
        sa.Column("kind", sa.String(64), primary_key=True),
        sa.Column("member", sa.String(280), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("weight", sa.Float, nullable=False),
        sa.Column("yes", sa.Float, nullable=False),
    )
    op.create_index("ix_answer_counts_member", "answer_counts", ["member"])
    op.create_table(
        "silence_counts",
        sa.Column("member", sa.String(280), primary_key=True),
        sa.Column("silence", sa.Float, nullable=False),
    )
    op.create_table(
        "settled_counts",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("stage", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
    )
    op.create_table(
        "uncounted",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("settled_at", UtcDateTime),
        sa.Column("proposal_id", sa.String(128)),
    )
    op.execute(
        "INSERT INTO uncounted (name) SELECT 'answers' WHERE EXISTS"
        " (SELECT 1 FROM proposals WHERE settled_at IS NOT NULL OR stage = 'answered')"
    )


def downgrade() -> None:
    for table in ("uncounted", "settled_counts", "silence_counts", "answer_counts", "answers"):
        op.drop_table(table)
    op.drop_index("ix_proposals_settled_at", "proposals")

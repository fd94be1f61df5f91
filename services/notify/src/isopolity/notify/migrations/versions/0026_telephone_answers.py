"""Answers that sides give by telephone."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "telephone_answers",
        sa.Column("proposal_id", sa.String(length=128), nullable=False),
        sa.Column("side", sa.String(length=64), nullable=False),
        sa.Column("call_id", sa.String(length=128), nullable=False, unique=True),
        sa.Column("member_id", sa.String(length=128), nullable=False),
        sa.Column("choice", sa.String(length=64), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=True),
        sa.Column("taken_by", sa.Text(), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("entered_at", UtcDateTime, nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", "side"),
    )
    op.create_index("ix_telephone_answers_member_id", "telephone_answers", ["member_id"])


def downgrade() -> None:
    op.drop_table("telephone_answers")

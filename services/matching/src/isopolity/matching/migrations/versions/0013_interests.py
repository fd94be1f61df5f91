"""Interests: who asks to be introduced to whom."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import JsonDocument, UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_IS_OPEN = sa.text("stage = 'open'")


def upgrade() -> None:
    op.create_table(
        "interests",
        sa.Column("interest_id", sa.String(128), primary_key=True),
        sa.Column("member_id", sa.String(128), nullable=False),
        sa.Column("other_id", sa.String(128), nullable=False),
        sa.Column("pair_key", sa.String(420), nullable=False),
        sa.Column("stage", sa.String(64), nullable=False),
        sa.Column("hear_by", UtcDateTime, nullable=False),
        sa.Column("proposal_id", sa.String(128)),
        sa.Column("key", sa.String(255)),
        sa.Column("document", JsonDocument, nullable=False),
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
        postgresql_where=_IS_OPEN,
        sqlite_where=_IS_OPEN,
    )


def downgrade() -> None:
    """Interests are lost, and the slots that they hold are free; what has gone out stays."""
    op.execute("DELETE FROM reservations WHERE proposal_id IN (SELECT interest_id FROM interests)")
    op.drop_table("interests")

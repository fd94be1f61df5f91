"""Mergers that can be undone."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mergers",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("member_kind", sa.String(16), nullable=False),
        sa.Column("member_id", sa.String(128), nullable=False),
        sa.Column("kept_version", sa.Integer(), nullable=False),
        sa.Column("left_version", sa.Integer(), nullable=False),
        sa.Column("took_in", sa.Boolean(), nullable=False),
        sa.Column("merged_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("duplicate", sa.Text(), nullable=False),
        sa.Column("carried", sa.Text(), nullable=False),
    )
    op.create_index("ix_mergers_member_id", "mergers", ["member_id"])
    op.create_index("ix_mergers_merged_at", "mergers", ["merged_at"])


def downgrade() -> None:
    op.drop_table("mergers")

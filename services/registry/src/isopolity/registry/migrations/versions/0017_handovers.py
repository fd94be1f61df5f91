"""Handovers that wait for their successor."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("member_id", sa.String(128), nullable=False, unique=True),
        sa.Column("member_kind", sa.String(16), nullable=False),
        sa.Column("predecessor_id", sa.String(128)),
        sa.Column("predecessor_becomes", sa.String(16), nullable=False),
        sa.Column("by_staff", sa.Boolean, nullable=False),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False, index=True),
        sa.Column("secret_digest", sa.String(64), unique=True),
    )


def downgrade() -> None:
    op.drop_table("handovers")

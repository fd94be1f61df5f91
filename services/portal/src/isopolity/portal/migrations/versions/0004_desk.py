"""The desk of the office: who of staff has taken what waits, and what is done."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "desk",
        sa.Column("queue", sa.String(32), primary_key=True),
        sa.Column("item", sa.String(300), primary_key=True),
        sa.Column("owner_id", sa.String(300), nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("taken_at", UtcDateTime, nullable=False),
        sa.Column("done_at", UtcDateTime),
    )
    op.create_index("ix_desk_taken_at", "desk", ["taken_at"])


def downgrade() -> None:
    """Who has taken what, and what was done, is lost."""
    op.drop_table("desk")

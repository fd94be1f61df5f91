"""Forms that were sent after the end of a session are kept until the same account has signed in again."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "kept_forms",
        sa.Column("form", sa.String(64), primary_key=True),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("kept_at", UtcDateTime, nullable=False),
    )
    for column in ("holder", "kept_at"):
        op.create_index(f"ix_kept_forms_{column}", "kept_forms", [column])


def downgrade() -> None:
    """The forms that are kept are lost."""
    op.drop_table("kept_forms")

"""What a new member has room for, as staff has chosen it."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "choices",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("chosen_at", UtcDateTime, nullable=False),
        sa.Column("chosen_by", sa.String(300), nullable=False),
        sa.Column("city", sa.Integer, nullable=False),
        sa.Column("programme", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("choices")

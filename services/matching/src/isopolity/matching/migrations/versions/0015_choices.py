"""Settings that staff has chosen."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import JsonDocument, UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "choices",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("chosen_at", UtcDateTime, nullable=False),
        sa.Column("chosen_by", sa.String(300), nullable=False),
        sa.Column("document", JsonDocument, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("choices")

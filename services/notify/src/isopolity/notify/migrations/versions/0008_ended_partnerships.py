"""Partnerships that staff has ended, so that both sides are told once."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import JsonDocument, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partnerships",
        sa.Column("proposal_id", sa.String(128), primary_key=True),
        sa.Column("ended_at", UtcDateTime, nullable=False),
        sa.Column("document", JsonDocument, nullable=False),
    )


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM mails WHERE purpose = 'ending'"))
    op.drop_table("partnerships")

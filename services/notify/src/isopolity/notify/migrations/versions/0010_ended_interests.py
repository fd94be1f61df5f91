"""Interests that are over and of which nothing came, so that their askers are told once."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import JsonDocument, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "interests",
        sa.Column("interest_id", sa.String(128), primary_key=True),
        sa.Column("hear_by", UtcDateTime, nullable=False),
        sa.Column("document", JsonDocument, nullable=False),
    )


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM mails WHERE purpose = 'not-introduced'"))
    op.drop_table("interests")

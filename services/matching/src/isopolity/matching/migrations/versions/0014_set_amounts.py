"""Amounts of requests in other currencies, as staff sets them."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import JsonDocument

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "set_amounts",
        sa.Column("request_id", sa.String(128), primary_key=True),
        sa.Column("currency", sa.String(3), primary_key=True),
        sa.Column("document", JsonDocument, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("set_amounts")

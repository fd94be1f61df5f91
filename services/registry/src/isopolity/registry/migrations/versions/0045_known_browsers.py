"""Browsers from which somebody has signed in. Links and codes that are mailed from now on are derived, not drawn."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    op.create_table(
        "known_browsers",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("account_id", sa.String(128), primary_key=True, index=True),
        sa.Column("signed_in_at", UtcDateTime, nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("known_browsers")

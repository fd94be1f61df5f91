"""Invitations of cities to make a request for a programme."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("partner_id", sa.String(128), nullable=False),
        sa.Column("programme_id", sa.String(128), nullable=False),
        sa.Column("city_id", sa.String(128), nullable=False),
        sa.Column("invited_at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(16)),
        sa.Column("request_id", sa.String(128)),
        sa.Column("requested_at", UtcDateTime()),
    )
    op.create_index("uq_invitations_city", "invitations", ["city_id", "partner_id", "programme_id"], unique=True)
    op.create_index("ix_invitations_programme", "invitations", ["partner_id", "programme_id"])


def downgrade() -> None:
    op.drop_table("invitations")

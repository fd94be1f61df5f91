"""National Commissions, and what they say about applications."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "commissions",
        sa.Column("country", sa.String(2), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "consultations",
        sa.Column("application_id", sa.String(128), primary_key=True),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("commission_name", sa.Text, nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False, index=True),
        sa.Column("secret_digest", sa.String(64), unique=True),
        sa.Column("verdict", sa.String(16)),
        sa.Column("words", sa.Text),
        sa.Column("answered_at", UtcDateTime),
    )


def downgrade() -> None:
    op.drop_table("consultations")
    op.drop_table("commissions")

"""Applications stand apart from members; counters for what strangers cause.

Members with the status applied stay where they are: they were published, and who entered them is not known. Staff
endorses or withdraws them as before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "applications",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False, index=True),
        sa.Column("member_kind", sa.String(16), nullable=False),
        sa.Column("member_key", sa.Text, nullable=False, index=True),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("search", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("role", sa.String(64)),
        sa.Column("name", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("language", sa.String(35)),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailable", sa.Boolean, nullable=False),
        sa.Column("secret_digest", sa.String(64), unique=True),
        sa.Column("valid_until", sa.DateTime(timezone=True)),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.String(32)),
        sa.Column("member_id", sa.String(128)),
    )
    op.create_table(
        "counters",
        sa.Column("subject", sa.String(64), primary_key=True),
        sa.Column("day", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("counters")
    op.drop_table("applications")

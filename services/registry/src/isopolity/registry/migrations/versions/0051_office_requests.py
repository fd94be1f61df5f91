"""Requests of a keeper of the office's list that wait for a second keeper."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    op.create_table(
        "office_requests",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("address", sa.Text, nullable=False, unique=True),
        sa.Column("wants", sa.String(16), nullable=False),
        sa.Column("person_id", sa.String(128), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("scopes", sa.String(200), nullable=False),
        sa.Column("asked_by", sa.String(300), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_office_requests_asked_at", "office_requests", ["asked_at"])


def downgrade() -> None:
    op.drop_table("office_requests")

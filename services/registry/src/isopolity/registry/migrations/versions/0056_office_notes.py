"""Notes of the office about members."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "office_notes",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("member_kind", sa.String(16), nullable=False),
        sa.Column("member_id", sa.String(128), nullable=False),
        sa.Column("about", sa.String(16), nullable=False),
        sa.Column("day", sa.Date()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("written_by", sa.String(300), nullable=False),
    )
    op.create_index("ix_office_notes_member", "office_notes", ["member_id"])
    op.create_index("ix_office_notes_written_at", "office_notes", ["written_at"])


def downgrade() -> None:
    op.drop_table("office_notes")

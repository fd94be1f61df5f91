"""Which letter asks what an applicant or a National Commission has, and that its mail reaches nobody."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0031"
down_revision = "0027"


def upgrade() -> None:
    for table in ("drafts", "consultations"):
        op.add_column(table, sa.Column("letter_id", sa.String(128)))
        op.create_index(f"uq_{table}_letter_id", table, ["letter_id"], unique=True)
    op.add_column("consultations", sa.Column("undelivered_at", UtcDateTime))


def downgrade() -> None:
    op.drop_column("consultations", "undelivered_at")
    for table in ("consultations", "drafts"):
        op.drop_index(f"uq_{table}_letter_id", table)
        op.drop_column(table, "letter_id")

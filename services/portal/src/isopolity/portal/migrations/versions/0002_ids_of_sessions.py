"""Sessions have registry's id, by which those that ended there are deleted here."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("session_id", sa.String(128)))
    op.create_index("ix_sessions_session_id", "sessions", ["session_id"])


def downgrade() -> None:
    op.drop_index("ix_sessions_session_id", "sessions")
    op.drop_column("sessions", "session_id")

"""The first tables: those of messaging, the audit, and sessions."""

import sqlalchemy as sa
from alembic import op
from alembic.operations import Operations

from isopolity.persistence.migration_steps.shared_tables import (
    create_audit_table,
    create_messaging_tables,
    create_restorations,
    drop_audit_table,
    drop_messaging_tables,
)
from isopolity.persistence.portable_sql import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    operations = Operations(op.get_context())
    create_messaging_tables(operations)
    create_audit_table(operations)
    create_restorations(operations)
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_sessions_ends_at", "sessions", ["ends_at"])


def downgrade() -> None:
    """The entries of the audit are lost."""
    operations = Operations(op.get_context())
    for name in ("sessions", "restorations"):
        operations.drop_table(name)
    drop_audit_table(operations)
    drop_messaging_tables(operations)

"""The audit, and the revocations of tokens."""

import sqlalchemy as sa
from alembic import op
from alembic.operations import Operations

from isopolity.persistence.migration_steps.shared_tables import create_audit_table, drop_audit_table
from isopolity.persistence.portable_sql import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_audit_table(Operations(op.get_context()))
    op.create_table(
        "revocations",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("revoked_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_revocations_expires_at", "revocations", ["expires_at"])


def downgrade() -> None:
    """Audit and revocations are lost; services go on refusing what they have read from the topic."""
    op.drop_table("revocations")
    drop_audit_table(Operations(op.get_context()))

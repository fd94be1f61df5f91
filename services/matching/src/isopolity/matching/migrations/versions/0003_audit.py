"""The audit."""

from alembic import op
from alembic.operations import Operations

from isopolity.persistence.migration_steps.shared_tables import create_audit_table, drop_audit_table

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_audit_table(Operations(op.get_context()))


def downgrade() -> None:
    """The entries of the audit are lost."""
    drop_audit_table(Operations(op.get_context()))

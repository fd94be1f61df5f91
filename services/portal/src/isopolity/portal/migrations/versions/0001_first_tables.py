"""The first tables: those of messaging, and the audit."""

from alembic import op
from alembic.operations import Operations

from isopolity.persistence.migration_steps import (
    create_audit_table,
    create_messaging_tables,
    create_restorations,
    drop_audit_table,
    drop_messaging_tables,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    operations = Operations(op.get_context())
    create_messaging_tables(operations)
    create_audit_table(operations)
    create_restorations(operations)


def downgrade() -> None:
    """The entries of the audit are lost."""
    operations = Operations(op.get_context())
    operations.drop_table("restorations")
    drop_audit_table(operations)
    drop_messaging_tables(operations)

"""Switches of consumer groups: which an operator has paused, and when one was resumed."""

from alembic import op
from alembic.operations import Operations

from isopolity.persistence.migration_steps.shared_tables import create_group_switches

revision = "0021"
down_revision = "0019"


def upgrade() -> None:
    create_group_switches(Operations(op.get_context()))


def downgrade() -> None:
    """Every group consumes again."""
    op.drop_table("group_switches")

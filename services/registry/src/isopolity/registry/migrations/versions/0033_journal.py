"""The journal: a line of each event that was published, and in the outbox the line of each event."""

from alembic import op
from alembic.operations import Operations

from isopolity.persistence.migration_steps.shared_tables import create_journal, drop_journal

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    create_journal(Operations(op.get_context()))


def downgrade() -> None:
    """Lines are lost; those of what the log still holds are entered again after the next upgrade."""
    drop_journal(Operations(op.get_context()))

"""Where a restoration keeps its place, so that a killed one goes on and lifts no version twice."""

from alembic import op
from alembic.operations import Operations

from isopolity.persistence.migration_steps.shared_tables import create_restorations

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    create_restorations(Operations(op.get_context()))


def downgrade() -> None:
    op.drop_table("restorations")

"""Why staff refused a change of identity."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.add_column("changes", sa.Column("reason", sa.Text))


def downgrade() -> None:
    op.drop_column("changes", "reason")

"""Why staff refused a change of identity."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.add_column("changes", sa.Column("reason", sa.Text))


def downgrade() -> None:
    op.drop_column("changes", "reason")

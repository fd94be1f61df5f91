"""Whether both sides chose to show a partnership publicly. Of those that stand already, nobody has chosen."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("partnerships", sa.Column("is_shown", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("partnerships", "is_shown")

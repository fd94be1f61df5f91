"""The members that are sealed with a certificate."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("certificates", sa.Column("sealed", sa.LargeBinary()))


def downgrade() -> None:
    op.drop_column("certificates", "sealed")

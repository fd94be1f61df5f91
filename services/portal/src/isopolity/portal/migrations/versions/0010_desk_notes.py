"""Due day, day of coming back and comment of the tasks of the desk."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desk", sa.Column("due", sa.Date(), nullable=True))
    op.add_column("desk", sa.Column("not_before", sa.Date(), nullable=True))
    op.add_column("desk", sa.Column("comment", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    for name in ("comment", "not_before", "due"):
        op.drop_column("desk", name)

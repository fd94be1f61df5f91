"""How many changes of a member others do not see, since they changed nothing but its pause."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_TABLES = ("cities", "partners")


def upgrade() -> None:
    for name in _TABLES:
        op.add_column(name, sa.Column("unseen_changes", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    for name in _TABLES:
        op.drop_column(name, "unseen_changes")

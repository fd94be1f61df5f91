"""How many programmes of a partner wait for staff."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("partners", sa.Column("waiting", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("partners", "waiting")

"""A forgotten contact leaves its id and the version at which it went."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("forgotten", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM contacts WHERE forgotten"))
    op.drop_column("contacts", "forgotten")

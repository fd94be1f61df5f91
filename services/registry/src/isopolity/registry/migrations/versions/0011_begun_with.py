"""In which program a session was begun."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("begun_with", sa.Text))


def downgrade() -> None:
    op.drop_column("sessions", "begun_with")

"""Room for several rights of one person of the office."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    with op.batch_alter_table("people") as people:
        people.alter_column("scopes", type_=sa.String(200), existing_type=sa.String(64), existing_nullable=False)


def downgrade() -> None:
    """Whose rights find no room any more has none."""
    op.execute("UPDATE people SET scopes = '' WHERE length(scopes) > 64")
    with op.batch_alter_table("people") as people:
        people.alter_column("scopes", type_=sa.String(64), existing_type=sa.String(200), existing_nullable=False)

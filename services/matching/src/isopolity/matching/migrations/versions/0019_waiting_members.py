"""Members that wait for suggestions until they may be proposed."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("members", sa.Column("waits", sa.Boolean, nullable=False, server_default=sa.false()))
    waits = sa.text("waits")
    op.create_index("ix_members_waits", "members", ["member_id"], postgresql_where=waits, sqlite_where=waits)


def downgrade() -> None:
    """Who waits is forgotten, and is suggested when its profile changes or a round runs."""
    op.drop_index("ix_members_waits", "members")
    op.drop_column("members", "waits")

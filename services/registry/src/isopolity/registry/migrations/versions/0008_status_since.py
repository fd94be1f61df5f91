"""Since when a member, request, twinning or change has had its status. What is there counts from the upgrade on."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0008"
down_revision = "0007"

_TABLES = ("cities", "partners", "requests", "twinnings", "changes")


def upgrade() -> None:
    for name in _TABLES:
        op.add_column(name, sa.Column("status_since", UtcDateTime))
        table = sa.table(name, sa.column("status_since", UtcDateTime))
        op.execute(table.update().values(status_since=datetime.now(UTC)))


def downgrade() -> None:
    for name in _TABLES:
        op.drop_column(name, "status_since")

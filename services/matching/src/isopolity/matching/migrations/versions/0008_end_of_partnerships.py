"""When a partnership ended. Those that had ended already count from the upgrade on."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("partnerships", sa.Column("ended_at", UtcDateTime))
    table = sa.table("partnerships", sa.column("stage"), sa.column("ended_at", UtcDateTime))
    op.execute(table.update().where(table.c.stage == "ended").values(ended_at=datetime.now(UTC)))


def downgrade() -> None:
    op.drop_column("partnerships", "ended_at")

"""Who claims a twinning. On the way back a claim, which the older release does not know, becomes a retracted twinning:
it keeps its version, so that a later declaration counts as newer.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("twinnings", sa.Column("claimed_by", sa.String(128)))
    op.create_index("ix_twinnings_claimed_by", "twinnings", ["claimed_by"])


def downgrade() -> None:
    op.execute("UPDATE twinnings SET status = 'retracted' WHERE status IN ('claimed', 'refused')")
    op.drop_index("ix_twinnings_claimed_by", "twinnings")
    op.drop_column("twinnings", "claimed_by")

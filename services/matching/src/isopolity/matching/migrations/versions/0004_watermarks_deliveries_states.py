"""Reports of notify and registry besides members: watermarks, deliveries, states of requests and ties.

Also the version of each member for which suggestions were made. For members known already that is the version known.
Silence on proposals settled before counts as it did: both sides are entered as mailed, at 1970-01-01, since the true
time is not known.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_BEFORE = datetime(1970, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    op.add_column("members", sa.Column("suggested", sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE members SET suggested = version")
    op.create_table(
        "watermarks",
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("before", UtcDateTime, nullable=False),
    )
    op.create_table(
        "seen_states",
        sa.Column("name", sa.String(420), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("rules_out", sa.Boolean, nullable=False),
    )
    deliveries = op.create_table(
        "deliveries",
        sa.Column("message_id", sa.String(140), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("proposal_id", sa.String(128), nullable=False),
        sa.Column("side", sa.String(64), nullable=False),
        sa.Column("mailed_at", UtcDateTime),
    )
    op.create_index("ix_deliveries_proposal_id_side", "deliveries", ["proposal_id", "side"])
    _enter_settled(deliveries)


def downgrade() -> None:
    op.drop_table("deliveries")
    op.drop_table("seen_states")
    op.drop_table("watermarks")
    op.drop_column("members", "suggested")


def _enter_settled(deliveries: sa.Table) -> None:
    proposals = sa.table("proposals", sa.column("proposal_id"), sa.column("stage"))
    for side in ("a", "b"):
        row = sa.select(
            proposals.c.proposal_id + f":{side}",
            sa.literal(1),
            proposals.c.proposal_id,
            sa.literal(side),
            sa.literal(_BEFORE, UtcDateTime),
        ).where(proposals.c.stage.in_(("declined", "expired")))
        names = ["message_id", "version", "proposal_id", "side", "mailed_at"]
        op.execute(deliveries.insert().from_select(names, row))

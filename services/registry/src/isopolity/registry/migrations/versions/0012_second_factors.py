"""The second factor of staff and operators, whose sessions end: each of them brings an app first."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("DELETE FROM sessions WHERE account_id IN (SELECT id FROM people)")
    op.add_column("sessions", sa.Column("verified", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("people", sa.Column("factor_opened_at", UtcDateTime))
    op.add_column("people", sa.Column("factor_sealed", sa.Text))
    op.add_column("people", sa.Column("factor_confirmed", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("people", sa.Column("factor_step", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    for name in ("factor_step", "factor_confirmed", "factor_sealed", "factor_opened_at"):
        op.drop_column("people", name)
    op.drop_column("sessions", "verified")

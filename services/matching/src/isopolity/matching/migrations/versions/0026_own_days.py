"""The days to answer of a proposal's sides: each ends where the member is; there is none in proposals from before."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.add_column("proposals", sa.Column("a_answer_by", UtcDateTime))
    op.add_column("proposals", sa.Column("b_answer_by", UtcDateTime))


def downgrade() -> None:
    op.drop_column("proposals", "b_answer_by")
    op.drop_column("proposals", "a_answer_by")

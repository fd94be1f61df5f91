"""A second factor is brought with a code that somebody else hands over."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    op.add_column("people", sa.Column("enrolment_digest", sa.String(64)))


def downgrade() -> None:
    op.drop_column("people", "enrolment_digest")

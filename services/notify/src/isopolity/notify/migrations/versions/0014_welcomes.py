"""Mails to who is taken in, of which no release before knows the purpose: on the way back their entries go."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing: a purpose is a text."""


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM mails WHERE purpose = 'welcome'"))

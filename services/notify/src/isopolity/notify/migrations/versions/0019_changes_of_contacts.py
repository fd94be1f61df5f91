"""Mails about changes of contacts, of which no release before knows the purpose: on the way back their entries go."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Nothing: a purpose is a text."""


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM mails WHERE purpose = 'contact-change'"))

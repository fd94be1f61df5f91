"""Mails about something else than a proposal; answer links that staff ended; mails found by their contact."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.text("ALTER TABLE mails RENAME COLUMN proposal_id TO occasion_id"))
    op.add_column("mails", sa.Column("link_voided_at", UtcDateTime))
    op.add_column("mails", sa.Column("link_bound", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index("ix_mails_contact_id", "mails", ["contact_id"])


def downgrade() -> None:
    op.drop_index("ix_mails_contact_id", "mails")
    op.execute(sa.text("DELETE FROM mails WHERE purpose = 'confirmation'"))
    op.drop_column("mails", "link_bound")
    op.drop_column("mails", "link_voided_at")
    op.execute(sa.text("ALTER TABLE mails RENAME COLUMN occasion_id TO proposal_id"))

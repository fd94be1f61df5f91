"""Mails are found by their contact and state: an index, built beside running work.

It is a migration of its own, since building it ends the transaction: broken off, it begins again from here.
"""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None
_NAME = "ix_mails_of_contact"
_ITS = ["contact_id", "state", "updated_at"]


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        with op.get_context().autocommit_block():
            op.drop_index(_NAME, "mails", postgresql_concurrently=True, if_exists=True)  # one that was broken off
            op.create_index(_NAME, "mails", _ITS, postgresql_concurrently=True)
    else:
        op.drop_index(_NAME, "mails", if_exists=True)
        op.create_index(_NAME, "mails", _ITS)


def downgrade() -> None:
    op.drop_index(_NAME, "mails")

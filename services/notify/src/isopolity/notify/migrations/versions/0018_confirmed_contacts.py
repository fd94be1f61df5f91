"""Whether a contact has confirmed its address; those that are known at the upgrade have."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("contacts", sa.Column("confirmed", sa.Boolean, nullable=False, server_default=sa.true()))
    op.add_column("contacts", sa.Column("answered", sa.Boolean, nullable=False, server_default=sa.false()))
    where = sa.text("answered AND NOT confirmed")
    op.create_index("ix_contacts_answered", "contacts", ["contact_id"], postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    op.drop_index("ix_contacts_answered", "contacts")
    for name in ("answered", "confirmed"):
        op.drop_column("contacts", name)

"""An index of the members of each kind that have a contact."""

from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.create_index("ix_contacts_of_kind", "contacts", ["member_kind", "member_id"])


def downgrade() -> None:
    op.drop_index("ix_contacts_of_kind", "contacts")

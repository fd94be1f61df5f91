"""Changes of contacts by others: they wait, or have been made, and the links in their mails."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    op.create_table(
        "contact_changes",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("member_kind", sa.String(16), nullable=False),
        sa.Column("member_id", sa.String(128), nullable=False, index=True),
        sa.Column("contact_id", sa.String(128), index=True),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("role_before", sa.String(64)),
        sa.Column("role_after", sa.String(64)),
        sa.Column("by_contact_id", sa.String(128), index=True),
        sa.Column("by_staff", sa.Boolean, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("stepped_at", UtcDateTime, nullable=False, index=True),
        sa.Column("status", sa.String(16), nullable=False, index=True),
        sa.Column("role", sa.String(64)),
        sa.Column("name", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("language", sa.String(35)),
        sa.Column("due_at", UtcDateTime),
        sa.Column("mailed_at", UtcDateTime),
        sa.Column("called_at", UtcDateTime, index=True),
        sa.Column("called_by", sa.String(128)),
        sa.Column("words", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("decided_at", UtcDateTime),
    )
    op.create_table(
        "contact_change_links",
        sa.Column("letter_id", sa.String(128), primary_key=True),
        sa.Column("change_id", sa.String(128), nullable=False, index=True),
        sa.Column("addressee", sa.String(16), nullable=False),
        sa.Column("secret_digest", sa.String(64), nullable=False, unique=True),
    )
    op.add_column("letters", sa.Column("change_id", sa.String(128)))
    op.add_column("letters", sa.Column("notice", sa.Text))


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM letters WHERE change_id IS NOT NULL"))
    op.drop_column("letters", "notice")
    op.drop_column("letters", "change_id")
    op.drop_table("contact_change_links")
    op.drop_table("contact_changes")

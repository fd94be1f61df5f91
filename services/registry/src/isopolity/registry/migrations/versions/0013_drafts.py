"""Drafts of applications, and further contacts whom an applicant names."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("member_kind", sa.String(16), nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("mailable", sa.Boolean, nullable=False),
        sa.Column("secret_digest", sa.String(64), unique=True),
        sa.Column("valid_until", UtcDateTime),
        sa.Column("saved_at", UtcDateTime),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.add_column("applications", sa.Column("others", sa.Text))


def downgrade() -> None:
    op.drop_column("applications", "others")
    op.drop_table("drafts")

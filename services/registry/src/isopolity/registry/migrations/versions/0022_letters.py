"""Letters that the office owes about applications, until their mail is out."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("about", sa.String(16), nullable=False),
        sa.Column("application_id", sa.String(128), nullable=False, index=True),
        sa.Column("member_name", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("reason", sa.String(32)),
        sa.Column("words", sa.Text),
        sa.Column("written_at", UtcDateTime, nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("letters")

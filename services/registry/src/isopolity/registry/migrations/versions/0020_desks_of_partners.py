"""What partners keep for themselves: shortlists, their notes, and saved selections."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "shortlist",
        sa.Column("partner_id", sa.String(128), primary_key=True),
        sa.Column("city_id", sa.String(128), primary_key=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("programme_id", sa.String(128)),
        sa.Column("diligence_on", sa.Date),
        sa.Column("diligence_by", sa.String(128)),
        sa.Column("changed_at", UtcDateTime, nullable=False, index=True),
        sa.Column("changed_by", sa.String(128), nullable=False),
    )
    op.create_table(
        "shortlist_notes",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("partner_id", sa.String(128), nullable=False),
        sa.Column("city_id", sa.String(128), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("written_at", UtcDateTime, nullable=False, index=True),
        sa.Column("written_by", sa.String(128), nullable=False),
    )
    op.create_index("ix_shortlist_notes_city", "shortlist_notes", ["partner_id", "city_id"])
    op.create_table(
        "selections",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("partner_id", sa.String(128), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False, index=True),
        sa.Column("saved_by", sa.String(128), nullable=False),
    )
    op.create_index("uq_selections_name", "selections", ["partner_id", "name"], unique=True)


def downgrade() -> None:
    for name in ("selections", "shortlist_notes", "shortlist"):
        op.drop_table(name)

"""Imports that were done, and what they did to each entry, so that they can be taken back."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "done_imports",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("done_at", UtcDateTime(), nullable=False),
        sa.Column("done_by", sa.String(300), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("is_kept", sa.Boolean(), nullable=False),
        sa.Column("taken_back_at", UtcDateTime()),
        sa.Column("taken_back_by", sa.String(300)),
        sa.Column("taken_back", sa.Integer(), nullable=False),
        sa.Column("shown", sa.String(64), nullable=False),
    )
    op.create_index("ix_done_imports_done_at", "done_imports", ["done_at"])
    op.create_table(
        "done_rows",
        sa.Column("run_id", sa.String(128), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("entry_id", sa.String(300), primary_key=True),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("is_taken_back", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("done_at", UtcDateTime(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
    )
    op.create_index("ix_done_rows_done_at", "done_rows", ["done_at"])
    op.create_index("ix_done_rows_entry", "done_rows", ["entry_id", "kind"])


def downgrade() -> None:
    op.drop_table("done_rows")
    op.drop_table("done_imports")

"""Imports that staff looks at before they are done."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "prepared_imports",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("prepared_at", UtcDateTime, nullable=False, index=True),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "prepared_rows",
        sa.Column("import_id", sa.String(128), primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("prepared_at", UtcDateTime, nullable=False, index=True),
    )
    op.create_index("ix_prepared_rows_state", "prepared_rows", ["import_id", "state", "line"])


def downgrade() -> None:
    op.drop_table("prepared_rows")
    op.drop_table("prepared_imports")

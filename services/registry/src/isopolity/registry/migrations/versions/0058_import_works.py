"""Work on imports in the background, and layouts that are remembered."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_works",
        sa.Column("import_id", sa.String(128), primary_key=True),
        sa.Column("ordered_at", UtcDateTime(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("rows_in_all", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("document", sa.Text(), nullable=False),
    )
    op.create_index("ix_import_works_ordered_at", "import_works", ["ordered_at"])
    op.create_table(
        "import_layouts",
        sa.Column("kind", sa.String(32), primary_key=True),
        sa.Column("headings", sa.String(64), primary_key=True),
        sa.Column("used_at", UtcDateTime(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
    )
    op.create_index("ix_import_layouts_used_at", "import_layouts", ["used_at"])


def downgrade() -> None:
    op.drop_table("import_layouts")
    op.drop_table("import_works")

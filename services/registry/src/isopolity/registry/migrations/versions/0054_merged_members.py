"""Where members go on that were merged into another entry, with their requests and contacts."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0052"
_IS_MERGED = sa.text("merged_into IS NOT NULL")


def upgrade() -> None:
    for table in ("cities", "partners"):
        op.add_column(table, sa.Column("merged_into", sa.String(128)))
        op.add_column(table, sa.Column("merged", sa.Text))
        op.create_index(
            f"ix_{table}_merged_into",
            table,
            ["merged_into"],
            postgresql_where=_IS_MERGED,
            sqlite_where=_IS_MERGED,
        )
    op.add_column("requests", sa.Column("moved_to", sa.String(128)))
    op.add_column("contacts", sa.Column("moved", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("contacts", "moved")
    op.drop_column("requests", "moved_to")
    for table in ("cities", "partners"):
        op.drop_index(f"ix_{table}_merged_into", table)
        op.drop_column(table, "merged")
        op.drop_column(table, "merged_into")

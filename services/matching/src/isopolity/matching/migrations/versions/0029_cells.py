"""Cells of answers, and counts by cell. Answers to proposals of earlier releases have none."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_INDEX: Final = "ix_answers_settled_at"


def upgrade() -> None:
    op.add_column("answers", sa.Column("cell", sa.String(64)))
    op.add_column("answers", sa.Column("record", sa.Integer))
    op.create_table(
        "cell_counts",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("kind", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(64), primary_key=True),
        sa.Column("cell", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("weight", sa.Float, nullable=False),
        sa.Column("yes", sa.Float, nullable=False),
    )
    if op.get_context().dialect.name == "postgresql":
        with op.get_context().autocommit_block():
            op.drop_index(_INDEX, "answers", postgresql_concurrently=True, if_exists=True)  # one that was broken off
            op.create_index(_INDEX, "answers", ["settled_at"], postgresql_concurrently=True)
    else:
        op.create_index(_INDEX, "answers", ["settled_at"])


def downgrade() -> None:
    op.drop_index(_INDEX, "answers")
    op.drop_table("cell_counts")
    with op.batch_alter_table("answers") as table:
        table.drop_column("record")
        table.drop_column("cell")

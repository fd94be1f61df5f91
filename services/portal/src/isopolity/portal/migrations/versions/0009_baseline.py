"""The tables of a database that is new. Sessions, forms that are kept, the office's desk.

A database of an earlier commit is brought to this revision by commit e4c2631f5 (ADR 0090).
"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import Operations

from isopolity.persistence.migration_steps import create_shared_tables, drop_shared_tables
from isopolity.persistence.portable_sql import UtcDateTime

revision = "0009"
down_revision = None
TABLES = ("desk", "kept_forms", "sessions")


def upgrade() -> None:
    create_shared_tables(Operations(op.get_context()))
    _create_desk()
    _create_kept_forms()
    _create_sessions()


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
    drop_shared_tables(Operations(op.get_context()))


def _create_desk() -> None:
    op.create_table(
        "desk",
        sa.Column("queue", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(length=300), nullable=False),
        sa.Column("owner_id", sa.String(length=300), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("taken_at", UtcDateTime, nullable=False),
        sa.Column("done_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("queue", "item"),
    )
    op.create_index("ix_desk_taken_at", "desk", ["taken_at"])


def _create_kept_forms() -> None:
    op.create_table(
        "kept_forms",
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("form"),
    )
    op.create_index("ix_kept_forms_holder", "kept_forms", ["holder"])
    op.create_index("ix_kept_forms_kept_at", "kept_forms", ["kept_at"])


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("session_id", sa.String(length=128), nullable=True),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_sessions_ends_at", "sessions", ["ends_at"])
    op.create_index("ix_sessions_session_id", "sessions", ["session_id"])

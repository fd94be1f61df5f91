"""A round has a life: its status, and the whole of it as a document; certificates and alternates beside it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import JsonDocument, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_FIGURES = ("members", "candidates", "proposed", "issued", "skipped")


def upgrade() -> None:
    first = sa.Table("rounds", sa.MetaData(), *_first_columns())
    before = [_document(dict(row)) for row in op.get_bind().execute(sa.select(first)).mappings()]
    op.drop_table("rounds")
    rounds = op.create_table(
        "rounds",
        sa.Column("round_id", sa.String(128), primary_key=True),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("document", JsonDocument, nullable=False),
    )
    op.create_index("ix_rounds_status", "rounds", ["status"])
    rows = [{"round_id": each["round_id"], "status": "done", "document": each} for each in before]
    op.bulk_insert(rounds, rows)
    op.create_table(
        "certificates",
        sa.Column("round_id", sa.String(128), primary_key=True),
        sa.Column("document", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "alternates",
        sa.Column("round_id", sa.String(128), primary_key=True),
        sa.Column("pair_key", sa.String(420), primary_key=True),
        sa.Column("a", sa.String(280), nullable=False),
        sa.Column("b", sa.String(280), nullable=False),
    )


def downgrade() -> None:
    """Rounds that are not done, what rounds prove, and their alternates are lost."""
    op.drop_table("alternates")
    op.drop_table("certificates")
    op.drop_table("rounds")
    op.create_table("rounds", *_first_columns())


def _first_columns() -> list[sa.Column[Any]]:
    """The columns that the first migration made."""
    return [
        sa.Column("round_id", sa.String(128), primary_key=True),
        sa.Column("seed", sa.Integer, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in _FIGURES),
    ]


def _document(row: dict[str, Any]) -> dict[str, Any]:
    started, finished = row["started_at"].isoformat(), row["finished_at"].isoformat()
    return {
        "round_id": row["round_id"],
        "plan": {"seed": row["seed"]},
        "status": "done",
        "ordered_at": started,
        "started_at": started,
        "finished_at": finished,
        "done": 1.0,
        "result": {name: row[name] for name in _FIGURES},
    }

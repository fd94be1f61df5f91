"""What staff's lists of members show: members, and the sides of proposals, filled from the proposals and answers."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import JsonDocument, UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None
_IN_CODE_POINTS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_AT_ONCE = 1000


def upgrade() -> None:
    op.create_table(
        "members",
        sa.Column("member_id", sa.String(128), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("member_kind", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_name", _IN_CODE_POINTS, nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
    )
    op.create_index("ix_members_sort_name", "members", ["sort_name", "member_id"])
    sides = op.create_table(
        "sides",
        sa.Column("proposal_id", sa.String(128), primary_key=True),
        sa.Column("side", sa.String(64), primary_key=True),
        sa.Column("member_id", sa.String(128), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("answered_on", sa.Date()),
    )
    if not op.get_context().as_sql:
        _fill(sides)
    op.create_index("ix_sides_member", "sides", ["member_id", "answered_on"])
    is_open = sa.text("is_open")
    op.create_index("ix_sides_open", "sides", ["member_id"], postgresql_where=is_open, sqlite_where=is_open)


def _fill(sides: sa.Table) -> None:
    connection = op.get_bind()
    answers = sa.table("answers", sa.column("proposal_id"), sa.column("side"), sa.column("answered_at", UtcDateTime()))
    given = {
        (row.proposal_id, row.side): row.answered_at.date()
        for row in connection.execute(sa.select(answers.c.proposal_id, answers.c.side, answers.c.answered_at))
    }
    proposals = sa.table("proposals", sa.column("proposal_id"), sa.column("stage"), sa.column("document", JsonDocument))
    known = sa.select(proposals.c.proposal_id, proposals.c.stage, proposals.c.document)
    for rows in connection.execute(known).partitions(_AT_ONCE):
        connection.execute(
            sa.insert(sides),
            [
                {
                    "proposal_id": row.proposal_id,
                    "side": side["side"],
                    "member_id": side["member_id"],
                    "is_open": row.stage in ("issued", "answered"),
                    "answered_on": given.get((row.proposal_id, side["side"])),
                }
                for row in rows
                for side in row.document["sides"]
            ],
        )


def downgrade() -> None:
    op.drop_table("sides")
    op.drop_table("members")

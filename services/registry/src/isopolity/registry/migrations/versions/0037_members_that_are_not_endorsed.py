"""Indexes of members that are not endorsed yet, by name, and of the names of a country's members."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    for table in ("cities", "partners"):
        op.create_index(f"ix_{table}_applied", table, ["sort_name", "id"], **_where("status = 'applied'"))
        op.create_index(f"ix_{table}_names", table, ["country", "sort_name", "id"], **_where("status <> 'withdrawn'"))


def downgrade() -> None:
    for table in ("cities", "partners"):
        op.drop_index(f"ix_{table}_names", table)
        op.drop_index(f"ix_{table}_applied", table)


def _where(condition: str) -> dict[str, Any]:
    return {f"{dialect}_where": sa.text(condition) for dialect in ("postgresql", "sqlite")}

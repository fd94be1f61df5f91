"""Names of members and requests as lists sort them, kinds of partners, and when a version came (unknown of
what is there).

Names are sorted from their first letter on, without some articles.
"""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from isopolity.folded_text import fold, sort_key
from isopolity.persistence.portable_sql import UtcDateTime

revision = "0015"
down_revision = "0014"

_AT_ONCE = 1000
_NAMES = {"cities": "name", "partners": "name", "requests": "title"}
_SORTED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for name in _NAMES:
        op.add_column(name, sa.Column("changed_at", UtcDateTime))
        if name != "cities":
            op.add_column(name, sa.Column("sort_name", _SORTED, nullable=False, server_default=""))
    op.add_column("partners", sa.Column("kind", sa.String(64), nullable=False, server_default=""))
    for name in _NAMES:
        _fill(name, sort_key)
        if name != "cities":
            op.create_index(f"ix_{name}_sort_name", name, ["sort_name", "id"])


def downgrade() -> None:
    _fill("cities", lambda text: fold(text)[:100])
    for name in ("partners", "requests"):
        op.drop_index(f"ix_{name}_sort_name", name)
        op.drop_column(name, "sort_name")
    op.drop_column("partners", "kind")
    for name in _NAMES:
        op.drop_column(name, "changed_at")


def _fill(name: str, sorted_as: Callable[[str], str]) -> None:
    filled = ("sort_name", "kind") if name == "partners" else ("sort_name",)
    table = sa.table(name, *(sa.column(column, sa.Text) for column in ("id", "document", *filled)))
    values: dict[str, Any] = {column: sa.bindparam(f"new_{column}") for column in filled}
    statement = sa.update(table).where(table.c.id == sa.bindparam("of")).values(values)
    query = sa.select(table.c.id, table.c.document).order_by(table.c.id).limit(_AT_ONCE)
    connection = op.get_bind()
    rows = connection.execute(query).all()
    while rows:
        profiles = [json.loads(row.document) for row in rows]
        told = [{"sort_name": sorted_as(each[_NAMES[name]]), "kind": each.get("kind")} for each in profiles]
        changes = [{f"new_{column}": each[column] for column in filled} for each in told]
        connection.execute(statement, [{"of": row.id, **each} for row, each in zip(rows, changes, strict=True)])
        rows = connection.execute(query.where(table.c.id > rows[-1].id)).all()

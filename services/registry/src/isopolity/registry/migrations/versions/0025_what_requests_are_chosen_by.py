"""What lists of requests choose by, as columns; filled from what is stored of each."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

from isopolity.folded_text import fold

revision = "0025"
down_revision = "0024"

_AT_ONCE = 1000
_ADDED: dict[str, Any] = {
    "amount_min": sa.BigInteger,
    "amount_max": sa.BigInteger,
    "currency": sa.String(3),
    "beneficiaries": sa.BigInteger,
    "starts": sa.Date,
    "ends": sa.Date,
}
requests = sa.table(
    "requests",
    *(sa.column(name, sa.Text) for name in ("id", "document", "search", "payee")),
    *(sa.column(name, kind) for name, kind in _ADDED.items()),
)


def upgrade() -> None:
    for name, kind in _ADDED.items():
        op.add_column("requests", sa.Column(name, kind))
    op.add_column("requests", sa.Column("payee", sa.Text, nullable=False, server_default=""))
    _fill((*_ADDED, "search", "payee"), _columns)


def downgrade() -> None:
    _fill(("search",), lambda details: {"search": fold(details["title"])})
    for name in ("payee", *_ADDED):
        op.drop_column("requests", name)


def _fill(names: tuple[str, ...], told: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in names}
    statement = sa.update(requests).where(requests.c.id == sa.bindparam("of")).values(values)
    query = sa.select(requests.c.id, requests.c.document).order_by(requests.c.id).limit(_AT_ONCE)
    connection = op.get_bind()
    rows = connection.execute(query).all()
    while rows:
        changes = [{f"new_{name}": value for name, value in told(json.loads(row.document)).items()} for row in rows]
        connection.execute(statement, [{"of": row.id, **each} for row, each in zip(rows, changes, strict=True)])
        rows = connection.execute(query.where(requests.c.id > rows[-1].id)).all()


def _columns(details: dict[str, Any]) -> dict[str, Any]:
    days = {name: date.fromisoformat(text) if (text := details.get(name)) else None for name in ("starts", "ends")}
    numbers = {name: details.get(name) for name in ("amount_min", "amount_max", "currency", "beneficiaries")}
    text = fold(f"{details['title']}\n{details.get('description') or ''}")
    return {**numbers, **days, "search": text, "payee": fold(details.get("payee") or "")}

"""Drafts of rounds, and proposals that are scheduled. What rounds had held becomes a draft of each round.

Such a draft has no candidates but the pairs that were held, and room for just these.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import groupby
from typing import Any
from zlib import compress

import numpy as np
import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import JsonDocument, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_DAYS = 180
_UNIT = 1_000_000

_proposals = sa.table(
    "proposals",
    sa.column("proposal_id"),
    sa.column("stage"),
    sa.column("round_id"),
    sa.column("document", JsonDocument),
)
_rounds = sa.table("rounds", sa.column("round_id"), sa.column("document", JsonDocument))


def upgrade() -> None:
    op.add_column("proposals", sa.Column("out_at", UtcDateTime))
    _index_open_pairs("'held', 'scheduled', 'issued', 'answered'")
    drafts = op.create_table(
        "drafts",
        sa.Column("round_id", sa.String(128), primary_key=True),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("document", JsonDocument, nullable=False),
        sa.Column("problem", sa.LargeBinary, nullable=False),
        sa.Column("choice", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_drafts_status", "drafts", ["status"])
    op.create_table(
        "draft_edits",
        sa.Column("round_id", sa.String(128), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("document", JsonDocument, nullable=False),
    )
    connection = op.get_bind()
    is_held = (_proposals.c.stage == "held") & _proposals.c.round_id.is_not(None)
    query = sa.select(_proposals.c.round_id, _proposals.c.document).where(is_held).order_by(_proposals.c.round_id)
    held = connection.execute(query).all()
    results = {row.round_id: row.document for row in connection.execute(sa.select(_rounds))}
    rows = [
        _draft(round_id, [row.document for row in its], results.get(round_id, {}))
        for round_id, its in groupby(held, key=lambda row: str(row.round_id))
    ]
    op.bulk_insert(drafts, rows)
    connection.execute(sa.delete(_proposals).where(is_held))


def downgrade() -> None:
    """Drafts are lost; what is scheduled is held."""
    connection = op.get_bind()
    scheduled = sa.select(_proposals.c.proposal_id, _proposals.c.document).where(_proposals.c.stage == "scheduled")
    for proposal_id, document in connection.execute(scheduled).all():
        changed = {"stage": "held", "document": {**document, "stage": "held"}}
        connection.execute(sa.update(_proposals).where(_proposals.c.proposal_id == proposal_id).values(changed))
    op.drop_table("draft_edits")
    op.drop_table("drafts")
    _index_open_pairs("'held', 'issued', 'answered'")
    op.drop_column("proposals", "out_at")


def _index_open_pairs(stages: str) -> None:
    is_open = sa.text(f"stage IN ({stages})")
    op.drop_index("uq_proposals_open_pair", "proposals")
    op.create_index(
        "uq_proposals_open_pair", "proposals", ["pair_key"], unique=True, postgresql_where=is_open, sqlite_where=is_open
    )


def _draft(round_id: str, proposals: Sequence[Mapping[str, Any]], known: Mapping[str, Any]) -> dict[str, Any]:
    pairs = {tuple(sorted((each["a"]["holder"], each["b"]["holder"]))): each["score"] for each in proposals}
    room = Counter(holder for pair in pairs for holder in pair)
    holders = sorted(room)
    node = {holder: at for at, holder in enumerate(holders)}
    edges = sorted((node[a], node[b], score) for (a, b), score in pairs.items())
    weight = np.clip(np.rint(np.array([score for _, _, score in edges]) * _UNIT), 1, _UNIT).astype(np.int32)
    value, none = int(weight.sum()), np.empty(0, np.int64)
    created = datetime.fromisoformat(known["finished_at"]) if known.get("finished_at") else datetime.now(UTC)
    expires = created + timedelta(days=_DAYS)
    return {
        "round_id": round_id,
        "status": "open",
        "expires_at": expires,
        "document": {
            "round_id": round_id,
            "status": "open",
            "created_at": created.isoformat(),
            "expires_at": expires.isoformat(),
            "pairs": len(edges),
            "value": value,
            "bound": max(value, (known.get("result") or {}).get("bound", 0)),
        },
        "problem": _packed(
            capacity=np.array([room[holder] for holder in holders], np.int64),
            a=np.array([a for a, _, _ in edges], np.int32),
            b=np.array([b for _, b, _ in edges], np.int32),
            weight=weight,
            seed=np.array(0),
            mode=np.array("quick"),
            holders=np.array(holders, np.str_),
        ),
        "choice": _packed(chosen=np.arange(len(edges), dtype=np.int64), must=none, never=none, out=none),
    }


def _packed(**arrays: np.ndarray[tuple[int, ...], np.dtype[Any]]) -> bytes:
    file = BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return compress(file.getvalue(), 1)

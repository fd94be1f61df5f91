"""Publications of rounds: each has its own certificate and report. The one certificate of a round becomes that of its
publication 1, without a report.
"""

import gzip
import json
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import JsonDocument

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_certificates = sa.table("certificates", sa.column("round_id"), sa.column("document", sa.LargeBinary))
_rounds = sa.table("rounds", sa.column("round_id"), sa.column("document", JsonDocument))
_drafts = sa.table("drafts", sa.column("round_id"), sa.column("document", JsonDocument))


def upgrade() -> None:
    publications = op.create_table(
        "publications",
        sa.Column("round_id", sa.String(128), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("document", JsonDocument, nullable=False),
        sa.Column("report", sa.LargeBinary),
    )
    op.create_table(
        "numbered_certificates",
        sa.Column("round_id", sa.String(128), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
    )
    connection = op.get_bind()
    for round_id in connection.execute(sa.select(_certificates.c.round_id)).scalars().all():
        its_row = _certificates.c.round_id == round_id
        packed = connection.execute(sa.select(_certificates.c.document).where(its_row)).scalar_one()
        record = _record(round_id, packed, _document(_rounds, round_id), _document(_drafts, round_id))
        connection.execute(sa.insert(publications).values(round_id=round_id, number=1, document=record))
    op.execute(
        "INSERT INTO numbered_certificates (round_id, number, document) SELECT round_id, 1, document FROM certificates"
    )
    op.drop_table("certificates")
    op.rename_table("numbered_certificates", "certificates")


def downgrade() -> None:
    """Each round keeps the certificate of its last publication that stands; reports are lost."""
    op.create_table(
        "single_certificates",
        sa.Column("round_id", sa.String(128), primary_key=True),
        sa.Column("document", sa.LargeBinary, nullable=False),
    )
    connection = op.get_bind()
    stored = sa.table("publications", sa.column("round_id"), sa.column("number"), sa.column("document", JsonDocument))
    last = dict[str, int]()
    for row in connection.execute(sa.select(stored).order_by(stored.c.round_id, stored.c.number)).all():
        if row.document.get("undone_at") is None or row.document["undone"] < row.document["pairs"]:
            last[row.round_id] = row.number
    moved = sa.text(
        "INSERT INTO single_certificates (round_id, document) "
        "SELECT round_id, document FROM certificates WHERE round_id = :round_id AND number = :number"
    )
    for round_id, number in last.items():
        connection.execute(moved, {"round_id": round_id, "number": number})
    op.drop_table("certificates")
    op.rename_table("single_certificates", "certificates")
    op.drop_table("publications")


def _document(table: sa.TableClause, round_id: str) -> Mapping[str, Any]:
    query = sa.select(table.c.document).where(table.c.round_id == round_id)
    return op.get_bind().execute(query).scalar_one_or_none() or {}


def _proof(packed: bytes) -> Mapping[str, Any]:
    """The content of a certificate; empty for a damaged one, which is kept as it is."""
    try:
        found: Mapping[str, Any] = json.loads(gzip.decompress(packed))
    except (OSError, EOFError, ValueError, zlib.error):
        return {}
    return found


def _record(round_id: str, packed: bytes, known: Mapping[str, Any], draft: Mapping[str, Any]) -> dict[str, Any]:
    proof, result = _proof(packed), known.get("result") or {}
    at = draft.get("published_at") or known.get("finished_at") or datetime.now(UTC).isoformat()
    return {
        "round_id": round_id,
        "number": 1,
        "at": at,
        "by": "",
        "pairs": draft["published"] if draft else result.get("issued", 0),
        "out_at": draft.get("out_at"),
        "proved_pairs": len(proof.get("chosen", ())),
        "value": proof.get("value", 0),
        "bound": proof.get("upper_bound", 0),
        "fingerprint": proof.get("fingerprint", ""),
        "has_report": False,
        "undone_at": None,
        "undone": 0,
    }

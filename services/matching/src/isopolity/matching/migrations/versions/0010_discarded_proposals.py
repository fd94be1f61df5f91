"""The stage of proposals that staff discarded is `discarded`; it was called `withdrawn`, as members are that leave."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import JsonDocument

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_proposals = sa.table("proposals", sa.column("proposal_id"), sa.column("stage"), sa.column("document", JsonDocument))


def upgrade() -> None:
    _rename("withdrawn", "discarded")


def downgrade() -> None:
    _rename("discarded", "withdrawn")


def _rename(old: str, new: str) -> None:
    connection = op.get_bind()
    query = sa.select(_proposals.c.proposal_id, _proposals.c.document).where(_proposals.c.stage == old)
    for proposal_id, document in connection.execute(query).all():
        same = _proposals.c.proposal_id == proposal_id
        values = {"stage": new, "document": {**document, "stage": new}}
        connection.execute(sa.update(_proposals).where(same).values(values))

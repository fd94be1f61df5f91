"""Who staff and operators are at the issuer of their organisation."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("people", sa.Column("issuer_subject", sa.Text))


def downgrade() -> None:
    op.drop_column("people", "issuer_subject")

"""Templates of rounds."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import JsonDocument

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "round_templates",
        sa.Column("template_id", sa.String(128), primary_key=True),
        sa.Column("name_key", sa.String(400), nullable=False),
        sa.Column("document", JsonDocument, nullable=False),
        sa.UniqueConstraint("name_key"),
    )


def downgrade() -> None:
    op.drop_table("round_templates")

"""Letters of registry's office whose mail has ended, until registry knows it; on the way back, their entries go, too.

No release before knows the purposes of these mails.
"""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ended_letters",
        sa.Column("letter_id", sa.String(128), primary_key=True),
        sa.Column("ended_at", UtcDateTime, nullable=False, index=True),
    )


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM mails WHERE purpose IN ('refusal', 'question', 'consultation')"))
    op.drop_table("ended_letters")

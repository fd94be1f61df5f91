"""The state of the mail server: whether it takes mails, and when it is tried.

Mails that an earlier release put off since it could not be reached keep the attempts that this has cost them.
"""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "mail_servers",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("away_since", UtcDateTime),
        sa.Column("reason", sa.String(64)),
        sa.Column("refuses", sa.Boolean, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("try_at", UtcDateTime),
        sa.Column("answered_at", UtcDateTime),
        sa.Column("put_off", sa.String(128)),
    )


def downgrade() -> None:
    op.drop_table("mail_servers")

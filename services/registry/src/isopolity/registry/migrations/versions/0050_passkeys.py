"""Passkeys, and challenges that wait for their answer."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0050"
down_revision = "0046"


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("account_id", sa.String(128), nullable=False, index=True),
        sa.Column("credential_id", sa.Text, nullable=False, unique=True),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("sign_count", sa.Integer, nullable=False),
        sa.Column("is_synced", sa.Boolean, nullable=False),
        sa.Column("is_backed_up", sa.Boolean, nullable=False),
        sa.Column("is_factor", sa.Boolean, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("added_at", UtcDateTime, nullable=False),
        sa.Column("used_at", UtcDateTime),
    )
    op.create_table(
        "passkey_challenges",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("binding", sa.String(200), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False, index=True),
    )


def downgrade() -> None:
    for name in ("passkey_challenges", "passkeys"):
        op.drop_table(name)

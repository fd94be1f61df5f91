"""Sign-ins, sessions, and the list of staff and operators; contacts are found by their address."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import UtcDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_index("ix_contacts_address", "contacts", ["address"])
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("address", sa.Text, nullable=False, index=True),
        sa.Column("requested_at", UtcDateTime, nullable=False, index=True),
        sa.Column("mailable", sa.Boolean, nullable=False),
        sa.Column("issued_at", UtcDateTime),
        sa.Column("valid_until", UtcDateTime),
        sa.Column("secret_digest", sa.String(64), unique=True),
        sa.Column("code_digest", sa.String(64)),
        sa.Column("tries", sa.Integer, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("account_id", sa.String(128), nullable=False, index=True),
        sa.Column("member_id", sa.String(128), index=True),
        sa.Column("chosen", sa.Boolean, nullable=False),
        sa.Column("family_digest", sa.String(64), nullable=False, unique=True),
        sa.Column("turn_digest", sa.String(64), nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("refreshed_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False, index=True),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("address", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("scopes", sa.String(64), nullable=False),
    )


def downgrade() -> None:
    for name in ("people", "sessions", "sign_ins"):
        op.drop_table(name)
    op.drop_index("ix_contacts_address", "contacts")

"""The first tables: contacts, proposals, the ledger of mails, answers, sightings, and those of messaging."""

import sqlalchemy as sa
from alembic import op

from isopolity.persistence.migration_steps.shared_tables import create_messaging_tables, drop_messaging_tables
from isopolity.persistence.portable_sql import JsonDocument, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_messaging_tables(op)  # type: ignore[arg-type] # alembic's op module proxies an Operations object
    _create_contacts()
    _create_proposals()
    _create_mails()
    _create_answers()
    op.create_table(
        "sightings",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("sounded_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    for table in ("sightings", "answers", "mails", "proposals", "contacts"):
        op.drop_table(table)
    drop_messaging_tables(op)  # type: ignore[arg-type] # as above


def _create_contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("contact_id", sa.String(128), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("member_kind", sa.String(64), nullable=False),
        sa.Column("member_id", sa.String(128), nullable=False),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
    )
    op.create_index("ix_contacts_member_id", "contacts", ["member_id"])


def _create_proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("proposal_id", sa.String(128), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("stage", sa.String(64), nullable=False),
        sa.Column("document", JsonDocument, nullable=False),
    )


def _create_mails() -> None:
    op.create_table(
        "mails",
        sa.Column("mail_id", sa.String(128), primary_key=True),
        sa.Column("proposal_id", sa.String(128), nullable=False),
        sa.Column("side", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(64), nullable=False),
        sa.Column("contact_id", sa.String(128), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("owner", sa.String(128)),
        sa.Column("reason", sa.String(64)),
        sa.Column("correlation_id", sa.String(128), nullable=False),
        sa.Column("causation_id", sa.String(128)),
        sa.Column("traceparent", sa.String(200)),
        sa.UniqueConstraint("proposal_id", "side", "purpose", "contact_id", name="uq_mails_cause"),
    )
    op.create_index("ix_mails_due", "mails", ["state", "due_at"])
    op.create_index("ix_mails_owner", "mails", ["owner"])


def _create_answers() -> None:
    op.create_table(
        "answers",
        sa.Column("proposal_id", sa.String(128), primary_key=True),
        sa.Column("side", sa.String(64), primary_key=True),
        sa.Column("response_id", sa.String(128), nullable=False),
        sa.Column("choice", sa.String(64), nullable=False),
        sa.Column("pending_until", sa.Date),
        sa.Column("reason", sa.Text),
        sa.Column("answered_at", UtcDateTime, nullable=False),
    )

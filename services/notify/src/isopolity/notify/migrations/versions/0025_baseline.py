"""Creates the tables of a new database.

A database of an earlier commit is brought to this revision by commit e4c2631f5 (ADR 0090).
"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import Operations

from isopolity.persistence.migration_steps import create_shared_tables, drop_shared_tables
from isopolity.persistence.portable_sql import JsonDocument, UtcDateTime

revision = "0025"
down_revision = None
TABLES = (
    "answers",
    "contacts",
    "ended_letters",
    "interests",
    "mail_servers",
    "mails",
    "partnerships",
    "proposals",
    "sightings",
    "watermarks",
)


def upgrade() -> None:
    create_shared_tables(Operations(op.get_context()))
    _create_answers()
    _create_contacts()
    _create_ended_letters()
    _create_interests()
    _create_mail_servers()
    _create_mails()
    _create_partnerships()
    _create_proposals()
    _create_sightings()
    _create_watermarks()


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
    drop_shared_tables(Operations(op.get_context()))


def _create_answers() -> None:
    op.create_table(
        "answers",
        sa.Column("proposal_id", sa.String(length=128), nullable=False),
        sa.Column("side", sa.String(length=64), nullable=False),
        sa.Column("response_id", sa.String(length=128), nullable=False),
        sa.Column("choice", sa.String(length=64), nullable=False),
        sa.Column("pending_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("answered_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", "side"),
    )


def _create_contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("contact_id", sa.String(length=128), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("member_kind", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.String(length=128), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("forgotten", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("answered", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("moved", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("contact_id"),
    )
    op.create_index(
        "ix_contacts_answered",
        "contacts",
        ["contact_id"],
        postgresql_where=sa.text("answered AND NOT confirmed"),
        sqlite_where=sa.text("answered AND NOT confirmed"),
    )
    op.create_index("ix_contacts_member_id", "contacts", ["member_id"])


def _create_ended_letters() -> None:
    op.create_table(
        "ended_letters",
        sa.Column("letter_id", sa.String(length=128), nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("letter_id"),
    )
    op.create_index("ix_ended_letters_ended_at", "ended_letters", ["ended_at"])


def _create_interests() -> None:
    op.create_table(
        "interests",
        sa.Column("interest_id", sa.String(length=128), nullable=False),
        sa.Column("hear_by", UtcDateTime, nullable=False),
        sa.Column("document", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("interest_id"),
    )


def _create_mail_servers() -> None:
    op.create_table(
        "mail_servers",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("away_since", UtcDateTime, nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("refuses", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("try_at", UtcDateTime, nullable=True),
        sa.Column("answered_at", UtcDateTime, nullable=True),
        sa.Column("put_off", sa.String(length=128), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )


def _create_mails() -> None:
    op.create_table(
        "mails",
        sa.Column("mail_id", sa.String(length=128), nullable=False),
        sa.Column("occasion_id", sa.String(length=128), nullable=False),
        sa.Column("side", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.String(length=128), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=128), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("correlation_id", sa.String(length=128), nullable=False),
        sa.Column("causation_id", sa.String(length=128), nullable=True),
        sa.Column("traceparent", sa.String(length=200), nullable=True),
        sa.Column("link_voided_at", UtcDateTime, nullable=True),
        sa.Column("link_bound", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("mail_id"),
        sa.UniqueConstraint("occasion_id", "side", "purpose", "contact_id", name="uq_mails_cause"),
    )
    op.create_index("ix_mails_contact_id", "mails", ["contact_id"])
    op.create_index("ix_mails_due", "mails", ["state", "due_at"])
    op.create_index("ix_mails_owner", "mails", ["owner"])


def _create_partnerships() -> None:
    op.create_table(
        "partnerships",
        sa.Column("proposal_id", sa.String(length=128), nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=False),
        sa.Column("document", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("proposal_id"),
    )


def _create_proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("proposal_id", sa.String(length=128), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=64), nullable=False),
        sa.Column("document", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("proposal_id"),
    )


def _create_sightings() -> None:
    op.create_table(
        "sightings",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("sounded_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _create_watermarks() -> None:
    op.create_table(
        "watermarks",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )

"""The first tables: members, requests, twinnings, contacts, idempotency keys, and those of messaging."""

import sqlalchemy as sa
from alembic import op
from alembic.operations import Operations

from isopolity.persistence.migration_steps.shared_tables import create_messaging_tables, drop_messaging_tables

revision = "0001"
down_revision = None

TABLES = ("cities", "partners", "requests", "twinnings", "contacts", "erased_contacts", "idempotency")


def upgrade() -> None:
    create_messaging_tables(Operations(op.get_context()))
    _create_members("cities")
    _create_members("partners")
    _create_requests()
    _create_twinnings()
    _create_contacts()
    _create_idempotency()


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
    drop_messaging_tables(Operations(op.get_context()))


def _state(length: int = 128) -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.String(length), primary_key=True),
        sa.Column("natural_key", sa.Text, nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
    ]


def _document() -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in ("search", "subjects", "document")]


def _create_members(name: str) -> None:
    op.create_table(
        name,
        *_state(),
        sa.Column("country", sa.String(2), nullable=False, index=True),
        sa.Column("region", sa.String(64), nullable=False, index=True),
        *_document(),
    )


def _create_requests() -> None:
    op.create_table(
        "requests", *_state(), sa.Column("city_id", sa.String(128), nullable=False, index=True), *_document()
    )


def _create_twinnings() -> None:
    op.create_table(
        "twinnings",
        *_state(300),
        sa.Column("city_a", sa.String(128), nullable=False, index=True),
        sa.Column("city_b", sa.String(128), nullable=False, index=True),
        sa.Column("since", sa.Integer),
    )


def _create_contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("member_kind", sa.String(16), nullable=False),
        sa.Column("member_id", sa.String(128), nullable=False, index=True),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
    )
    op.create_table(
        "erased_contacts",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
    )


def _create_idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("caller", sa.String(300), primary_key=True),
        sa.Column("idempotency_key", sa.String(255), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("headers", sa.Text),
        sa.Column("body", sa.LargeBinary),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])

"""Migration steps for the tables that every service has: outbox, parking, restorations, samples, switches, journal,
audit.

Invariant: a step is frozen once it is released. A change of a table gets a step of its own, which each service's next
migration calls.
"""

from typing import Final

from alembic.operations import Operations
from sqlalchemy import Boolean, Column, Integer, LargeBinary, String, Text, text

from isopolity.persistence.portable_sql import BigIdentity, JsonDocument, UtcDateTime

TABLES: Final = (
    *("outbox", "inbox", "parked", "restorations", "stream_samples", "stream_history", "group_switches", "journal"),
    "audit",
)


def create_shared_tables(operations: Operations) -> None:
    """Create the tables that every service has."""
    _create_messaging(operations)
    _create_restorations(operations)
    _create_samples(operations)
    _create_switches(operations)
    _create_journal(operations)
    _create_audit(operations)


def drop_shared_tables(operations: Operations) -> None:
    """Drop the tables of `create_shared_tables`, with what protects the audit."""
    for name in TABLES:
        operations.drop_table(name)
    if operations.get_context().dialect.name != "sqlite":
        operations.execute("DROP FUNCTION keep_audit()")


def _create_messaging(operations: Operations) -> None:
    operations.create_table(
        "outbox",
        Column("id", BigIdentity, primary_key=True, autoincrement=True),
        Column("topic", String(200), nullable=False),
        Column("key", String(300), nullable=False),
        Column("value", LargeBinary),
        Column("headers", Text, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        Column("line", Text),
    )
    operations.create_table(
        "inbox",
        Column("event_id", String(100), primary_key=True),
        Column("source", String(200), primary_key=True),
        Column("seen_at", UtcDateTime, nullable=False, index=True),
    )
    operations.create_table(
        "parked",
        Column("id", BigIdentity, primary_key=True, autoincrement=True),
        Column("awaited", String(300), nullable=False),
        Column("topic", String(200), nullable=False),
        Column("partition", Integer, nullable=False),
        Column("offset", BigIdentity, nullable=False),
        Column("timestamp", BigIdentity, nullable=False),
        Column("key", String(300)),
        Column("value", LargeBinary, nullable=False),
        Column("headers", Text, nullable=False),
        Column("parked_at", UtcDateTime, nullable=False),
        Column("event_id", String(300)),
    )
    operations.create_index("ix_parked_awaited", "parked", ["awaited"])
    operations.create_index("uq_parked_event", "parked", ["event_id"], unique=True)


def _create_restorations(operations: Operations) -> None:
    operations.create_table(
        "restorations",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("step", Integer, nullable=False),
        Column("source", String(200), nullable=False),
        Column("position", String(300), nullable=False),
        Column("findings", JsonDocument, nullable=False),
    )


def _create_samples(operations: Operations) -> None:
    operations.create_table(
        "stream_samples",
        Column("name", String(200), primary_key=True),
        Column("at", UtcDateTime, nullable=False),
        Column("document", JsonDocument, nullable=False),
    )
    operations.create_table(
        "stream_history", Column("at", UtcDateTime, primary_key=True), Column("counts", JsonDocument, nullable=False)
    )


def _create_switches(operations: Operations) -> None:
    operations.create_table(
        "group_switches",
        Column("name", String(200), primary_key=True),
        Column("is_paused", Boolean, nullable=False),
        Column("changed_at", UtcDateTime, nullable=False),
        Column("reason", String(500), nullable=False),
        Column("resumed_at", UtcDateTime),
    )


def _create_journal(operations: Operations) -> None:
    operations.create_table(
        "journal",
        Column("event_id", String(100), primary_key=True),
        Column("type", String(100), nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Column("subject", String(300)),
        Column("member_id", String(128)),
        Column("other_member_id", String(128)),
        Column("proposal_id", String(128)),
        Column("partnership_id", String(128)),
        Column("mail_id", String(140)),
        Column("correlation_id", String(128), nullable=False),
        Column("causation_id", String(128)),
        Column("topic", String(200), nullable=False),
        Column("partition", Integer),
        Column("offset", BigIdentity),
    )
    operations.create_index("ix_journal_at", "journal", ["at"], postgresql_using="brin")
    operations.create_index("ix_journal_correlation_id", "journal", ["correlation_id"])
    for column in ("member_id", "other_member_id", "proposal_id", "partnership_id", "mail_id"):
        known = text(f"{column} IS NOT NULL")
        name = f"ix_journal_{column}"
        operations.create_index(name, "journal", [column], sqlite_where=known, postgresql_where=known)


def _create_audit(operations: Operations) -> None:
    operations.create_table(
        "audit",
        Column("id", BigIdentity, primary_key=True, autoincrement=True),
        Column("at", UtcDateTime, nullable=False),
        Column("actor_kind", String(16), nullable=False),
        Column("actor", String(300), nullable=False),
        Column("member_id", String(300)),
        Column("token_id", String(128)),
        Column("address", String(64)),
        Column("action", String(100), nullable=False),
        Column("subject_kind", String(32)),
        Column("subject_id", String(300)),
        Column("before", Text),
        Column("after", Text),
        Column("details", Text),
        Column("correlation_id", String(128)),
        Column("about_member_id", String(300)),
    )
    for column in ("at", "actor", "subject_id"):
        operations.create_index(f"ix_audit_{column}", "audit", [column])
    known = text("address IS NOT NULL")
    operations.create_index("ix_audit_address", "audit", ["at"], sqlite_where=known, postgresql_where=known)
    for column in ("about_member_id", "member_id"):
        known = text(f"{column} IS NOT NULL")
        name = f"ix_audit_{column}"
        operations.create_index(name, "audit", [column, "id"], sqlite_where=known, postgresql_where=known)
    is_sqlite = operations.get_context().dialect.name == "sqlite"
    for statement in _AUDIT_ON_SQLITE if is_sqlite else _AUDIT_ON_POSTGRES:
        operations.execute(statement)


_AUDIT_ON_SQLITE: Final = (
    """
    CREATE TRIGGER audit_kept BEFORE UPDATE ON audit
    WHEN NEW.address IS NOT NULL
        OR NEW.id IS NOT OLD.id OR NEW.at IS NOT OLD.at
        OR NEW.actor_kind IS NOT OLD.actor_kind OR NEW.actor IS NOT OLD.actor
        OR NEW.member_id IS NOT OLD.member_id OR NEW.token_id IS NOT OLD.token_id OR NEW.action IS NOT OLD.action
        OR NEW.subject_kind IS NOT OLD.subject_kind OR NEW.subject_id IS NOT OLD.subject_id
        OR NEW.before IS NOT OLD.before OR NEW.after IS NOT OLD.after OR NEW.details IS NOT OLD.details
        OR NEW.correlation_id IS NOT OLD.correlation_id OR NEW.about_member_id IS NOT OLD.about_member_id
    BEGIN SELECT RAISE(ABORT, 'an entry of the audit stays as it is'); END
    """,
    # INSERT OR REPLACE deletes without firing the trigger below
    """
    CREATE TRIGGER audit_not_replaced BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'an entry of the audit stays as it is'); END
    """,
    """
    CREATE TRIGGER audit_not_deleted BEFORE DELETE ON audit WHEN OLD.at > datetime('now', '-365 days')
    BEGIN SELECT RAISE(ABORT, 'an entry of the audit is kept for 365 days'); END
    """,
)
_AUDIT_ON_POSTGRES: Final = (
    """
    CREATE FUNCTION keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF OLD.at <= now() - interval '365 days' THEN
                RETURN OLD;
            END IF;
        ELSIF TG_OP = 'UPDATE' THEN
            IF NEW.address IS NULL THEN
                NEW.address = OLD.address;
                IF NEW IS NOT DISTINCT FROM OLD THEN
                    NEW.address = NULL;
                    RETURN NEW;
                END IF;
            END IF;
        END IF;
        RAISE EXCEPTION 'an entry of the audit stays as it is, and is kept for 365 days';
    END $$
    """,
    """
    CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION keep_audit()
    """,
    """
    CREATE TRIGGER audit_not_emptied BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION keep_audit()
    """,
)

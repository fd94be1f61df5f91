"""Steps that migrations of every service call: they create the tables of outbox, parking, restorations, audit, samples,
switches, journal.

Invariant: a step is frozen once it is released. A change of a table gets a step of its own, which each service's next
migration calls.
"""

from collections.abc import Sequence
from typing import Final

from alembic.operations import Operations
from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    text,
)

from isopolity.persistence.portable_sql import BigIdentity, JsonDocument, UtcDateTime


def create_messaging_tables(operations: Operations) -> None:
    """Create the tables `outbox`, `inbox` and `parked` as they were first."""
    operations.create_table(
        "outbox",
        Column("id", BigIdentity, primary_key=True, autoincrement=True),
        Column("topic", String(200), nullable=False),
        Column("key", String(300), nullable=False),
        Column("value", LargeBinary),
        Column("headers", Text, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
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
        UniqueConstraint("topic", "partition", "offset", name="uq_parked_place"),
    )
    operations.create_index("ix_parked_awaited", "parked", ["awaited"])


def drop_messaging_tables(operations: Operations) -> None:
    """Drop the tables of `create_messaging_tables`."""
    for name in ("outbox", "inbox", "parked"):
        operations.drop_table(name)


def create_restorations(operations: Operations) -> None:
    """Create the table in which a restoration keeps its place."""
    operations.create_table(
        "restorations",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("step", Integer, nullable=False),
        Column("source", String(200), nullable=False),
        Column("position", String(300), nullable=False),
        Column("findings", JsonDocument, nullable=False),
    )


def create_stream_samples(operations: Operations) -> None:
    """Create the tables of samples of streams."""
    operations.create_table(
        "stream_samples",
        Column("name", String(200), primary_key=True),
        Column("at", UtcDateTime, nullable=False),
        Column("document", JsonDocument, nullable=False),
    )
    operations.create_table(
        "stream_history",
        Column("at", UtcDateTime, primary_key=True),
        Column("counts", JsonDocument, nullable=False),
    )


def drop_stream_samples(operations: Operations) -> None:
    """Drop the tables of `create_stream_samples`; samples are taken anew within seconds."""
    for name in ("stream_samples", "stream_history"):
        operations.drop_table(name)


def create_group_switches(operations: Operations) -> None:
    """Create the table of switches of consumer groups."""
    operations.create_table(
        "group_switches",
        Column("name", String(200), primary_key=True),
        Column("is_paused", Boolean, nullable=False),
        Column("changed_at", UtcDateTime, nullable=False),
        Column("reason", String(500), nullable=False),
        Column("resumed_at", UtcDateTime),
    )


def create_journal(operations: Operations) -> None:
    """Create the journal, and the column of the outbox for the line of an event."""
    operations.add_column("outbox", Column("line", Text))
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


def drop_journal(operations: Operations) -> None:
    """Drop what `create_journal` created; what the log still holds can be entered again."""
    operations.drop_table("journal")
    operations.drop_column("outbox", "line")


def create_audit_table(operations: Operations) -> None:
    """Create the audit as it was first, with the triggers that protect its entries."""
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
    )
    for column in ("at", "actor", "subject_id"):
        operations.create_index(f"ix_audit_{column}", "audit", [column])
    known = text("address IS NOT NULL")
    operations.create_index("ix_audit_address", "audit", ["at"], sqlite_where=known, postgresql_where=known)
    is_sqlite = operations.get_context().dialect.name == "sqlite"
    for statement in _AUDIT_ON_SQLITE if is_sqlite else _AUDIT_ON_POSTGRES:
        operations.execute(statement)


def drop_audit_table(operations: Operations) -> None:
    """Drop the audit and what protects it."""
    operations.drop_table("audit")
    if operations.get_context().dialect.name != "sqlite":
        operations.execute("DROP FUNCTION keep_audit()")


def add_member_of_audit(operations: Operations) -> None:
    """Add the column for the member that an entry is about, filled from what stands there, and what finds a member."""
    is_sqlite = operations.get_context().dialect.name == "sqlite"
    operations.add_column("audit", Column("about_member_id", String(300)))
    _let_audit_change(operations)
    told = (_TOLD_ON_SQLITE if is_sqlite else _TOLD_ON_POSTGRES).format
    names = ("details", "before", "after")
    operations.execute(
        f"UPDATE audit SET about_member_id = coalesce({', '.join(told(name) for name in names)})"  # noqa: S608 - ours
        f" WHERE {' OR '.join(f'{name} LIKE {_TELLS}' for name in names)}"
    )
    _keep_audit(operations)
    for column in ("about_member_id", "member_id"):
        known = text(f"{column} IS NOT NULL")
        name = f"ix_audit_{column}"
        operations.create_index(name, "audit", [column, "id"], sqlite_where=known, postgresql_where=known)


def drop_member_of_audit(operations: Operations) -> None:
    """Drop what `add_member_of_audit` added; entries tell it themselves."""
    for column in ("about_member_id", "member_id"):
        operations.drop_index(f"ix_audit_{column}", "audit")
    is_sqlite = operations.get_context().dialect.name == "sqlite"
    if is_sqlite:
        operations.execute("DROP TRIGGER audit_kept")
    operations.drop_column("audit", "about_member_id")
    if is_sqlite:
        operations.execute(_KEPT_ON_SQLITE.format(more=""))


def untell_subjects(operations: Operations, actions: Sequence[str], kind: str) -> None:
    """Let entries of members about these acts tell the member of this kind that acted, not whom."""
    _let_audit_change(operations)
    told = text(
        "UPDATE audit SET subject_kind = :kind, subject_id = member_id"
        " WHERE action IN :actions AND member_id IS NOT NULL"
    )
    operations.execute(told.bindparams(bindparam("actions", list(actions), expanding=True), kind=kind))
    _keep_audit(operations)


def _let_audit_change(operations: Operations) -> None:
    is_sqlite = operations.get_context().dialect.name == "sqlite"
    operations.execute("DROP TRIGGER audit_kept" if is_sqlite else "ALTER TABLE audit DISABLE TRIGGER audit_kept")


def _keep_audit(operations: Operations) -> None:
    """Protect the entries again, with all columns that they have since `add_member_of_audit`."""
    kept = _KEPT_ON_SQLITE.format(more="OR NEW.about_member_id IS NOT OLD.about_member_id")
    is_sqlite = operations.get_context().dialect.name == "sqlite"
    operations.execute(kept if is_sqlite else "ALTER TABLE audit ENABLE TRIGGER audit_kept")


_TELLS: Final = """'%"member_id":"%'"""
_TOLD_ON_SQLITE: Final = "json_extract({}, '$.member_id')"
_TOLD_ON_POSTGRES: Final = "{}::json ->> 'member_id'"
_KEPT_ON_SQLITE: Final = """
    CREATE TRIGGER audit_kept BEFORE UPDATE ON audit
    WHEN NEW.address IS NOT NULL
        OR NEW.id IS NOT OLD.id OR NEW.at IS NOT OLD.at
        OR NEW.actor_kind IS NOT OLD.actor_kind OR NEW.actor IS NOT OLD.actor
        OR NEW.member_id IS NOT OLD.member_id OR NEW.token_id IS NOT OLD.token_id OR NEW.action IS NOT OLD.action
        OR NEW.subject_kind IS NOT OLD.subject_kind OR NEW.subject_id IS NOT OLD.subject_id
        OR NEW.before IS NOT OLD.before OR NEW.after IS NOT OLD.after OR NEW.details IS NOT OLD.details
        OR NEW.correlation_id IS NOT OLD.correlation_id {more}
    BEGIN SELECT RAISE(ABORT, 'an entry of the audit stays as it is'); END
    """
_AUDIT_ON_SQLITE: Final = (
    _KEPT_ON_SQLITE.format(more=""),
    # INSERT OR REPLACE deletes without asking the trigger below
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

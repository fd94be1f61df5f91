"""Alembic without an ini file: each service's migrations lie in its package and run from code, forward and back.

Invariant: a migration may take as long as it needs, and waits for another's lock as long as that needs; the log tells
what it does. Only a person ends it.
"""

from collections.abc import Callable
from time import monotonic
from typing import Final

import structlog
from alembic import command, context
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Integer, LargeBinary, MetaData, String, Text, UniqueConstraint, text
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.database import Database
from isopolity.persistence.types import BigIdentity, JsonDocument, UtcDateTime

_log = structlog.get_logger(__name__)


async def upgrade(database: Database, package: str, revision: str = "head") -> None:
    """Bring the database of the service `package` (e.g. `isopolity.registry`) up to `revision`, one after the other."""

    def step_by_step(config: Config, connection: Connection) -> None:
        present = MigrationContext.configure(connection).get_current_revision()
        missing = list(ScriptDirectory.from_config(config).iterate_revisions(revision, present or "base"))
        for each in reversed(missing):
            started = monotonic()
            _log.info("migration_started", package=package, revision=each.revision)
            command.upgrade(config, each.revision)
            seconds = round(monotonic() - started, 3)
            _log.info("migration_ended", package=package, revision=each.revision, seconds=seconds)

    await _run(database, package, step_by_step)


async def downgrade(database: Database, package: str, revision: str) -> None:
    """Take the database back to `revision`; `base` is an empty one."""
    await _run(database, package, lambda config, _connection: command.downgrade(config, revision))


async def is_current(database: Database, package: str) -> bool:
    """Whether the database is at the newest revision of `package`."""
    newest = ScriptDirectory.from_config(_config(package)).get_current_head()

    def current(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with database.reading() as connection:
        return await connection.run_sync(current) == newest


def run_in_environment(metadata: MetaData) -> None:
    """What a service's `migrations/env.py` calls: run on the connection given by `upgrade` or `downgrade`."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    context.run_migrations()


def create_messaging_tables(operations: Operations) -> None:
    """Create outbox, inbox and parked as they were first; for a service's first migration.

    It is frozen: a change of `messaging_tables` needs a function of its own here, which each service's next migration
    calls.
    """
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
    """The reverse of `create_messaging_tables`."""
    for name in ("outbox", "inbox", "parked"):
        operations.drop_table(name)


def create_restorations(operations: Operations) -> None:
    """Create the table that a restoration keeps its place in; for a migration of each service."""
    operations.create_table(
        "restorations",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("step", Integer, nullable=False),
        Column("source", String(200), nullable=False),
        Column("position", String(300), nullable=False),
        Column("findings", JsonDocument, nullable=False),
    )


def create_audit_table(operations: Operations) -> None:
    """Create the audit as it was first, with the triggers that protect it; frozen like `create_messaging_tables`."""
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
    """The reverse of `create_audit_table`."""
    operations.drop_table("audit")
    if operations.get_context().dialect.name != "sqlite":
        operations.execute("DROP FUNCTION keep_audit()")


_AUDIT_ON_SQLITE: Final = (
    """
    CREATE TRIGGER audit_kept BEFORE UPDATE ON audit
    WHEN NEW.address IS NOT NULL
        OR NEW.id IS NOT OLD.id OR NEW.at IS NOT OLD.at
        OR NEW.actor_kind IS NOT OLD.actor_kind OR NEW.actor IS NOT OLD.actor
        OR NEW.member_id IS NOT OLD.member_id OR NEW.token_id IS NOT OLD.token_id OR NEW.action IS NOT OLD.action
        OR NEW.subject_kind IS NOT OLD.subject_kind OR NEW.subject_id IS NOT OLD.subject_id
        OR NEW.before IS NOT OLD.before OR NEW.after IS NOT OLD.after OR NEW.details IS NOT OLD.details
        OR NEW.correlation_id IS NOT OLD.correlation_id
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


async def _run(database: Database, package: str, action: Callable[[Config, Connection], None]) -> None:
    config = _config(package)

    def on_connection(connection: Connection) -> None:
        config.attributes["connection"] = connection
        action(config, connection)

    async with database.writing_without_limits() as connection:
        if not database.is_sqlite:
            await _wait_for_others(connection, package)
        await connection.run_sync(on_connection)
        await connection.commit()


async def _wait_for_others(connection: AsyncConnection, package: str) -> None:
    lock = "advisory_xact_lock(hashtext('isopolity.migration'))"
    if not (await connection.exec_driver_sql(f"SELECT pg_try_{lock}")).scalar_one():
        _log.info("migration_waits", package=package, reason="another process migrates this database")
        await connection.exec_driver_sql(f"SELECT pg_{lock}")


def _config(package: str) -> Config:
    config = Config()
    config.set_main_option("script_location", f"{package}:migrations")
    config.set_main_option("path_separator", "os")
    return config

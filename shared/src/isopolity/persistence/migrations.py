"""Running a service's migrations, forward and back: Alembic from code, without an ini file.

Invariant: a migration has no time limit, and neither has its wait for a lock of another process; it logs what it does,
and only a person ends it.
"""

import asyncio
from collections.abc import Callable
from functools import cache
from time import monotonic
from typing import Final

import structlog
from alembic import command, context
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.database import Database

BEFORE_THE_BASELINES: Final = "e4c2631f5"
"""The last commit that can upgrade a database of any earlier commit (ADR 0090)."""
_LOCK: Final = "advisory_lock(hashtext('isopolity.migration'))"
_PAUSE: Final = 0.2
"""Seconds between two looks of a process that waits for the migrations of another one."""
_log = structlog.get_logger(__name__)


class UnknownRevision(Exception):
    """The database is at a revision that this release does not know; the message says which release to start first."""

    def __init__(self, package: str, revision: str, newest: str) -> None:
        sentence = f"The database of {package} is at revision {revision}, which this release does not know."
        if revision < newest:
            sentence += f" Upgrade it first with commit {BEFORE_THE_BASELINES}, then start this release."
        else:
            sentence += " Start the release that wrote it, or a newer one."
        super().__init__(sentence)


async def upgrade(database: Database, package: str, revision: str = "head") -> None:
    """Bring the database of the service `package`, such as `isopolity.registry`, up to `revision`, step by step.

    Raises UnknownRevision where the database is at none of these steps.
    """

    def step_by_step(config: Config, connection: Connection) -> None:
        present = MigrationContext.configure(connection).get_current_revision()
        _end_reading(connection)
        if present is not None and present not in {script.revision for script in _scripts(package).walk_revisions()}:
            raise UnknownRevision(package, present, _scripts(package).get_current_head() or "")
        missing = list(_scripts(package).iterate_revisions(revision, present or "base"))
        for each in reversed(missing):
            started = monotonic()
            _log.info("migration_started", package=package, revision=each.revision)
            _take(config, _scripts(package), each)
            seconds = round(monotonic() - started, 3)
            _log.info("migration_ended", package=package, revision=each.revision, seconds=seconds)

    await _run(database, package, step_by_step)


def _take(config: Config, scripts: ScriptDirectory, script: Script) -> None:
    """Run one migration; `alembic.command.upgrade` would read all of them again for each."""
    step = MigrationStep.upgrade_from_script(scripts.revision_map, script)
    with EnvironmentContext(config, scripts, fn=lambda _present, _context: [step], destination_rev=script.revision):
        scripts.run_env()


async def downgrade(database: Database, package: str, revision: str) -> None:
    """Take the database back to `revision`; `base` is the empty database."""
    await _run(database, package, lambda config, _connection: command.downgrade(config, revision))


async def is_current(database: Database, package: str) -> bool:
    """Whether the database is at the newest revision of `package`."""
    newest = _scripts(package).get_current_head()

    def current(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with database.reading() as connection:
        return await connection.run_sync(current) == newest


def run_in_environment(metadata: MetaData) -> None:
    """Run the migrations on the connection of `upgrade` or `downgrade`; for a service's `migrations/env.py`.

    On PostgreSQL each has a transaction of its own, which `autocommit_block` may leave to make an index CONCURRENTLY.
    """
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=True, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()


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


def _end_reading(connection: Connection) -> None:
    """Leave the transaction that a query began, so that Alembic begins its own; SQLite keeps its only one."""
    if connection.dialect.name != "sqlite":
        connection.commit()


async def _wait_for_others(connection: AsyncConnection, package: str) -> None:
    """Hold the lock of migrations until the connection closes.

    It is asked for every `_PAUSE` seconds. A query that waits for it would keep a transaction open, and an index that
    is made CONCURRENTLY waits for the end of all open transactions: both would wait for each other.
    """
    is_waiting = False
    while not (await connection.exec_driver_sql(f"SELECT pg_try_{_LOCK}")).scalar_one():
        await connection.commit()
        if not is_waiting:
            _log.info("migration_waits", package=package, reason="another process migrates this database")
            is_waiting = True
        await asyncio.sleep(_PAUSE)
    await connection.commit()


@cache
def _scripts(package: str) -> ScriptDirectory:
    """The migrations of `package`, read once in a process."""
    return ScriptDirectory.from_config(_config(package))


def _config(package: str) -> Config:
    config = Config()
    config.set_main_option("script_location", f"{package}:migrations")
    config.set_main_option("path_separator", "os")
    return config

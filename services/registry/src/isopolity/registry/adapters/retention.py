"""Forgets what has had its time: idempotency keys, applications, counts of strangers' doings."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Delete, and_, delete, or_

from isopolity.clock import Clock
from isopolity.persistence.database import Database, is_unavailable
from isopolity.registry.adapters.tables import applications, counters, idempotency
from isopolity.registry.application.limits import WINDOW
from isopolity.registry.domain.application import LINK_VALID, OPEN, UNCONFIRMED

_log = structlog.get_logger(__name__)
KEPT: Final = timedelta(hours=48)
"""How long an idempotency key counts."""
DECIDED_KEPT: Final = timedelta(days=90)
"""How long a decided application, which holds nothing personal, can be read."""
_EVERY: Final = 3600.0


async def keep_forgetting(
    database: Database, clock: Clock, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Forget again and again; a database that is away is tried again."""
    while True:
        try:
            now = clock()
            await forget_keys(database, now - KEPT)
            await forget_applications(database, now)
            await forget_counts(database, now - 2 * WINDOW)
        except Exception as error:
            if not is_unavailable(error):
                raise
            _log.warning("retention_postponed", error=type(error).__name__)
        await sleep(_EVERY)


async def forget_keys(database: Database, before: datetime) -> int:
    """Delete what was kept before that moment; returns how many."""
    return await _forget(database, delete(idempotency).where(idempotency.c.created_at < before))


async def forget_applications(database: Database, now: datetime) -> int:
    """Delete applications not confirmed within a week, whose link has ended too, and those decided long ago."""
    columns = applications.c
    ended = or_(columns.valid_until.is_(None), columns.valid_until < now)
    unconfirmed = and_(columns.status == UNCONFIRMED, columns.received_at < now - LINK_VALID, ended)
    decided = and_(columns.status.not_in(OPEN), columns.decided_at < now - DECIDED_KEPT)
    return await _forget(database, delete(applications).where(or_(unconfirmed, decided)))


async def forget_counts(database: Database, before: datetime) -> int:
    """Delete the counts of days that began before that moment."""
    return await _forget(database, delete(counters).where(counters.c.day < before))


async def _forget(database: Database, statement: Delete) -> int:
    async with database.writing() as connection:
        result = await connection.execute(statement)
        await connection.commit()
    return result.rowcount
